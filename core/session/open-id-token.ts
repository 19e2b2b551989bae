/** How long an OpenID token lives: enough for the next state and its retries, short because whoever holds it may call STS without our session policy. */
export const openIdTokenDurationSeconds = 120;
