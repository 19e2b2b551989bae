/** A clock that a test moves on: `Date` runs ahead of the machine's for all code of this process (of this realm). */
const machineDate = Date;
let aheadMillis = 0;

const shiftedDate = new Proxy(machineDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(
      target,
      parameters.length === 0 ? [machineDate.now() + aheadMillis] : parameters,
      newTarget,
    ) as Date,
  get: (target, name, receiver): unknown =>
    name === 'now' ? () => machineDate.now() + aheadMillis : Reflect.get(target, name, receiver),
});

/** Timers keep the machine's time. @param millis ahead of the machine's clock; 0 puts the clock right again */
export const shiftDate = (millis: number): void => {
  aheadMillis = millis;
  globalThis.Date = millis === 0 ? machineDate : shiftedDate;
};
