import { Argument, Command } from 'commander';
import {
  addGlobalOptions,
  examples,
  type CommandEntry,
  type CommandModule,
  type Run,
} from './command.ts';
import type { Terminal } from './terminal.ts';

/** A command's words: its options and, where it has any, its subcommands. */
interface Words {
  readonly path: string;
  readonly summary: string;
  readonly words: readonly string[];
}

const noRun: Run = () => () => Promise.resolve();

const optionsOf = (command: Command): readonly string[] =>
  command.options.flatMap(({ long }) => (long ? [long] : []));

const wordsOf = async (entries: readonly CommandEntry[]): Promise<readonly Words[]> => {
  const program = addGlobalOptions(new Command('stepkey'));
  const shared = [...optionsOf(program), '--help'];
  const all: Words[] = [];
  for (const { name, summary, load } of entries) {
    const command = new Command(name);
    (await load()).command.define(command, noRun, entries);
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const subcommands = command.commands.map((sub) => sub.name());
    all.push({
      path: name,
      summary,
      words: [...subcommands, ...choices, ...optionsOf(command), ...shared],
    });
    for (const sub of command.commands) {
      const words = [...optionsOf(sub), ...shared];
      all.push({ path: `${name} ${sub.name()}`, summary: sub.summary(), words });
    }
  }
  return all;
};

const topLevel = (all: readonly Words[]): readonly Words[] =>
  all.filter(({ path }) => !path.includes(' '));

const bash = (all: readonly Words[]): string => `# stepkey completion for bash
_stepkey() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word == -- ]]; then COMPREPLY=($(compgen -c -f -- "$current")); return; fi
    [[ $word == -* ]] || path="$path $word"
  done
  case "$path" in
${all
  .filter(({ path }) => path.includes(' '))
  .map(({ path, words }) => `    ' ${path}'*) words='${words.join(' ')}' ;;`)
  .join('\n')}
${topLevel(all)
  .map(({ path, words }) => `    ' ${path}'*) words='${words.join(' ')}' ;;`)
  .join('\n')}
    *) words='${topLevel(all)
      .map(({ path }) => path)
      .join(' ')} --help --version' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _stepkey stepkey
`;

const zsh = (all: readonly Words[]): string => `#compdef stepkey
# stepkey completion for zsh
autoload -U +X bashcompinit && bashcompinit
${bash(all)}`;

const fish = (all: readonly Words[]): string => `# stepkey completion for fish
complete -c stepkey -f
${topLevel(all)
  .map(
    ({ path, summary }) =>
      `complete -c stepkey -n __fish_use_subcommand -a ${path} -d '${summary.replaceAll("'", "\\'")}'`,
  )
  .join('\n')}
${topLevel(all)
  .map(
    ({ path, words }) =>
      `complete -c stepkey -n '__fish_seen_subcommand_from ${path}' -a '${words.join(' ')}'`,
  )
  .join('\n')}
`;

const shells = { bash, zsh, fish };

const completion =
  (entries: readonly CommandEntry[]) =>
  async (terminal: Terminal, shell: keyof typeof shells): Promise<undefined> => {
    terminal.out(shells[shell](await wordsOf(entries)));
    return undefined;
  };

export const command: CommandModule = {
  define: (command, run, all) => {
    command
      .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(shells)))
      .action(run(completion(all)));
    examples(
      command,
      'source <(stepkey completion bash)',
      'stepkey completion zsh > "${fpath[1]}/_stepkey"',
      'stepkey completion fish > ~/.config/fish/completions/stepkey.fish',
    );
  },
};
