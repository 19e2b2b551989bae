import { Logger } from '@aws-lambda-powertools/logger';

type LogFields = Readonly<Record<string, unknown>>;

/** The function's log: a JSON line for each message. */
export const lambdaLog = () => {
  const logger = new Logger();
  return {
    info: (message: string, fields: LogFields): void => {
      logger.info(message, { ...fields });
    },
    error: (message: string, fields: LogFields): void => {
      logger.error(message, { ...fields });
    },
  };
};
