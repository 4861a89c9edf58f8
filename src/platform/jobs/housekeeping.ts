/** What is only kept to recognise repeats is forgotten once a day, at an hour when shops are quiet. */
export const HOUSEKEEPING_SCHEDULE = '17 4 * * *';
