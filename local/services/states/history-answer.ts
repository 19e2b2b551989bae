/** The events of an execution as GetExecutionHistory answers with them. */
import type { HistoryEvent } from '../../asl/history.ts';

type Answer = Record<string, unknown>;

/** Types whose model has no details. */
const bare =
  /^(?:Parallel|Map)State(?:Succeeded|Failed)$|^ParallelStateStarted$|StateAborted$|^MapRun(?:Succeeded|Aborted)$/;

const memberOf = (type: string): string => {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
};

const described = (details: Readonly<Record<string, unknown>>, isDataIncluded: boolean): Answer => {
  const { assignedVariables, input, output, parameters, ...rest } = details;
  const whole = { truncated: false };
  if (!isDataIncluded) return parameters === undefined ? rest : { ...rest, parameters: '' };
  return {
    ...rest,
    ...(parameters !== undefined && { parameters }),
    ...(input !== undefined && { input, inputDetails: whole }),
    ...(output !== undefined && { output, outputDetails: whole }),
    ...(assignedVariables !== undefined && {
      assignedVariables,
      assignedVariablesDetails: whole,
    }),
  };
};

export const historyAnswer = (event: HistoryEvent, isDataIncluded: boolean): Answer => ({
  timestamp: event.timestampEpochMillis / 1_000,
  type: event.type,
  id: event.id,
  previousEventId: event.previousEventId,
  ...(!bare.test(event.type) && {
    [memberOf(event.type)]: described(event.details, isDataIncluded),
  }),
});
