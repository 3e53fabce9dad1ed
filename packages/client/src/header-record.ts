/**
 * Headers by lower-case name: one string, or an array when the header came on more than one line. For reading;
 * whoever has to keep order, spelling and repeats takes the raw pairs instead.
 */
export type HeaderRecord = Readonly<Record<string, string | string[] | undefined>>;
