/** A falling loss that ends in a reading. */
export function BrandMark() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 22 22"
      fill="none"
      strokeWidth="1.8"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M2 3.5C4.2 11.6 7.4 14.6 12.2 15.6" stroke="currentColor" />
      <circle cx="16.4" cy="15.9" r="3.4" stroke="var(--cw-advise-mark)" />
      <circle cx="16.4" cy="15.9" r=".6" fill="currentColor" stroke="currentColor" strokeWidth="1.2" />
    </svg>
  );
}
