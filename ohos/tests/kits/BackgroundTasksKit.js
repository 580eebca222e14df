'use strict';
const { BusinessError, device } = require('./state.js');

let last = 0;

class WorkSchedulerExtensionAbility {}

function startWork(work) {
  if (work.isRepeat && work.repeatCycleTime < 20 * 60_000) throw new BusinessError(9700005);
  if (device.works.length >= 10) throw new BusinessError(9700005);
  // It outlives the process that asked for it.
  if (device.works.some(({ workId }) => workId === work.workId)) throw new BusinessError(9700005);
  device.works.push(work);
}

function requestSuspendDelay() {
  // Refused to who has had them all, and to who is not in the background.
  if (!device.isBackground || device.suspended.size >= 3) throw new BusinessError(9900002);
  last += 1;
  device.suspended.set(last, true);
  return { requestId: last, actualDelayTime: 180_000 };
}

module.exports = {
  WorkSchedulerExtensionAbility,
  WorkSchedulerExtensionContext: class {},
  workScheduler: { NetworkType: { NETWORK_TYPE_ANY: 0 }, startWork, stopWork() {} },
  backgroundTaskManager: {
    requestSuspendDelay,
    cancelSuspendDelay: (id) => {
      if (!device.suspended.delete(id)) throw new BusinessError(9900001);
    },
  },
};
