/**
 * Table 4 of the OMNI-THINKER paper as numbers. Evaluated → trained → ratio of accuracies that a later stage brings; the
 * ratios are what the table's own rows imply (its other tables round differently).
 */
type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

const logs = (ratios: Ratios) =>
  Object.fromEntries(
    Object.entries(ratios).map(([evaluated, row]) => [
      evaluated,
      Object.fromEntries(Object.entries(row).map(([trained, ratio]) => [trained, Math.log(ratio)])),
    ]),
  );

/** Test block. */
export const testBlock = {
  scale: "percent",
  tasks: ["M", "C", "Q", "W"],
  base: { M: 55.5, C: 29.6, Q: 41.5, W: 74.2 },
  single: { M: 57.6, C: 36.1, Q: 51.3, W: 78.4 },
  transfer: logs({
    M: { C: 55.5 / 57.6, Q: 57.2 / 57.6, W: 57.7 / 57.6 },
    C: { M: 34.4 / 36.7, Q: 37.1 / 36.1, W: 36.7 / 36.1 },
    Q: { C: 51.0 / 51.9, M: 39.5 / 51.9, W: 51.9 / 51.3 },
    W: { C: 75.7 / 78.4, M: 75.7 / 78.4, Q: 66.6 / 78.4 },
  }),
};

/** Validation block: a least-squares fit of the logarithms; the table fixes only the geometric mean of the base accuracies. */
export const validationBlock = {
  scale: "percent",
  tasks: ["M", "C", "Q", "W"],
  base: { M: 26.559, C: 26.559, Q: 26.559, W: 26.559 },
  single: { M: 33.12, C: 41.1, Q: 26.8, W: 32.62 },
  transfer: logs({
    M: { C: 1.01067, Q: 1.05332, W: 1.05032 },
    C: { M: 1.05655, Q: 1.02909, W: 0.95103 },
    Q: { M: 1.02215, C: 0.92823, W: 1.02603 },
    W: { M: 1.08121, C: 0.94357, Q: 1.00396 },
  }),
};

/** Orders with Δrel × 100 as printed, in the table's own order. */
export const printedTest: readonly (readonly [order: string, score: number])[] = [
  ["MCQW", 12.85],
  ["CMQW", 12.22],
  ["MQCW", 11.7],
  ["MQWC", 10.43],
  ["MCWQ", 8.49],
  ["CMWQ", 7.86],
  ["MWCQ", 7.22],
  ["CWMQ", 6.96],
  ["WMCQ", 6.32],
  ["MWQC", 6.07],
  ["WCMQ", 5.69],
  ["CQMW", 5.56],
  ["WMQC", 5.18],
  ["QMCW", 5.05],
  ["CQWM", 4.67],
  ["QCMW", 4.41],
  ["QMWC", 3.77],
  ["QCWM", 3.52],
  ["QWMC", 2.88],
  ["QWCM", 2.25],
  ["CWQM", 0.31],
  ["WCQM", -0.97],
  ["WQMC", -1.48],
  ["WQCM", -2.11],
];

/** As printed, but for the second "QCMW", which by its accuracies is QCWM. */
export const printedValidation: readonly (readonly [order: string, score: number])[] = [
  ["CWMQ", 26.0],
  ["CMQW", 25.85],
  ["CQWM", 25.81],
  ["WCMQ", 25.77],
  ["CMWQ", 25.29],
  ["CWQM", 25.25],
  ["CQMW", 25.09],
  ["WCQM", 25.02],
  ["MCQW", 24.71],
  ["WMCQ", 24.64],
  ["MCWQ", 24.16],
  ["MWCQ", 23.93],
  ["QCWM", 23.23],
  ["QWCM", 23.0],
  ["QCMW", 22.52],
  ["WQCM", 22.45],
  ["MQCW", 22.14],
  ["WMQC", 22.07],
  ["MQWC", 21.91],
  ["QWMC", 21.87],
  ["QMCW", 21.39],
  ["MWQC", 21.35],
  ["WQMC", 21.31],
  ["QMWC", 21.16],
];
