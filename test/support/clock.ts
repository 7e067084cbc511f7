/** The instant at which every test happens, NumericDate: no test reads a clock. */
export const NOW = 1_750_000_000;
