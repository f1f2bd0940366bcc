export const pattern = {} as const;
