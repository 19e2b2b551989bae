import type { Command } from 'commander';
import { askBroker } from './ask-broker.ts';
import type { BrokerApi } from '../broker-api.ts';
import { flagsOf } from './command.ts';
import { findProfile } from './find-profile.ts';
import type { Terminal } from './terminal.ts';

type Request = Omit<Parameters<BrokerApi['request']>[0], 'token'>;

/** One request at the access-token door, as the profile that the command line names. @throws as `askBroker` */
export const askApi = async (
  terminal: Terminal,
  command: Command,
  request: Request,
): ReturnType<BrokerApi['request']> =>
  askBroker(terminal, await findProfile(terminal, flagsOf(command)), 'access', (broker, token) =>
    broker.request({ ...request, token }),
  );
