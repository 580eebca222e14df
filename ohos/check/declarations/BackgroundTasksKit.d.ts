// What the facade uses of Background Tasks Kit (API 12).
declare module '@kit.BackgroundTasksKit' {
  export namespace backgroundTaskManager {
    interface DelaySuspendInfo {
      requestId: number;
      actualDelayTime: number;
    }
    function requestSuspendDelay(reason: string, callback: () => void): DelaySuspendInfo;
    function cancelSuspendDelay(requestId: number): void;
  }
  export namespace workScheduler {
    interface WorkInfo {
      workId: number;
      bundleName: string;
      abilityName: string;
      isPersisted?: boolean;
      networkType?: NetworkType;
      isCharging?: boolean;
      isRepeat?: boolean;
      repeatCycleTime?: number;
    }
    enum NetworkType {
      NETWORK_TYPE_ANY = 0,
      NETWORK_TYPE_MOBILE = 1,
      NETWORK_TYPE_WIFI = 2,
    }
    function startWork(work: WorkInfo): void;
    function stopWork(work: WorkInfo, needCancel?: boolean): void;
  }
  import type { common } from '@kit.AbilityKit';
  export class WorkSchedulerExtensionContext extends common.Context {}
  export class WorkSchedulerExtensionAbility {
    context: WorkSchedulerExtensionContext;
    onWorkStart(work: workScheduler.WorkInfo): void;
    onWorkStop(work: workScheduler.WorkInfo): void;
  }
}
