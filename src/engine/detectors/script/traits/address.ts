// Addresses of the web that say nothing about who is behind them.

/** An address that is no name, of the public web. */
export const bareAddress =
  /\b(?:https?|ftp|tftp):\/\/(?!(?:127|10|0)\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)(?:\d{1,3}\.){3}\d{1,3}\b/
