/** Name of the script beside the evidence of an attempt with faults that failed. */
export const reproductionFile = "reproduce.sh";
