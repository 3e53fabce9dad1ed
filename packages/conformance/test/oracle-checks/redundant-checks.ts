/** Checks that no subject needs, each with the reason why it stays. */
export const redundantChecks: Readonly<Record<string, string>> = {};
