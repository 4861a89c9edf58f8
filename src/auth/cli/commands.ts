/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { loginCommand } from './login-command.ts';
export { rolesCommand } from './roles.ts';
export { walletsCommand } from './wallets.ts';
