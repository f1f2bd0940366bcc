export const siblings = {} as const;
