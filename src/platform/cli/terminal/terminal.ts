/** Where the output of a command goes. */
export interface Terminal {
  /** Whether standard output is a terminal; otherwise lines are as long as they need to be. */
  isTerminal: boolean;
  columns: number;
  colour: boolean;
  /** Whether questions can be asked: standard input and output are a terminal. */
  canAsk: boolean;
  /** Whether standard input is a terminal, which shows what is typed into it. */
  isInputTerminal: boolean;
}
