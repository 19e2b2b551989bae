/** One scenario in a process of its own. Arguments: `--quick` or nothing, and the scenario's name. Tells its parent. */
import { scenariosOf } from './scenarios.ts';
import { simulate } from './simulate.ts';

const [flag, name] = process.argv.slice(2);
const scenario = scenariosOf(flag === '--quick').find((each) => each.name === name);
if (scenario === undefined) throw new TypeError(`There is no scenario ${String(name)}`);
const begunAtMillis = performance.now();
const measures = await simulate(scenario);
process.send?.({ scenario, measures, tookSeconds: (performance.now() - begunAtMillis) / 1000 });
