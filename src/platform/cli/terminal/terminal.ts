/** Where the output of a command goes. */
export interface Terminal {
  /** Whether somebody reads standard output on a terminal; otherwise lines are as long as they need to be. */
  isTerminal: boolean;
  columns: number;
  colour: boolean;
  /** Whether somebody can be asked: standard input and output are a terminal. */
  canAsk: boolean;
  /** Whether standard input is a terminal, which shows what is typed into it. */
  isInputTerminal: boolean;
}
