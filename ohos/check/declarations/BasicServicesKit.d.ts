// What the facade uses of Basic Services Kit (API 12).
declare module '@kit.BasicServicesKit' {
  export interface BusinessError<T = void> extends Error {
    code: number;
    data: T;
  }
  export interface Callback<T> {
    (data: T): void;
  }
  export interface AsyncCallback<T> {
    (error: BusinessError | null, data: T): void;
  }
  export namespace commonEventManager {
    enum Support {
      COMMON_EVENT_TIME_CHANGED = 'usual.event.TIME_CHANGED',
      COMMON_EVENT_TIMEZONE_CHANGED = 'usual.event.TIMEZONE_CHANGED',
    }
    interface CommonEventSubscribeInfo {
      events: string[];
    }
    interface CommonEventData {
      event: string;
    }
    interface CommonEventSubscriber {
      getSubscribeInfo(): Promise<CommonEventSubscribeInfo>;
    }
    function createSubscriberSync(subscribeInfo: CommonEventSubscribeInfo): CommonEventSubscriber;
    function subscribe(subscriber: CommonEventSubscriber, callback: AsyncCallback<CommonEventData>): void;
    function unsubscribe(subscriber: CommonEventSubscriber, callback?: AsyncCallback<void>): void;
  }
  export namespace emitter {
    function on(eventId: string, callback: () => void): void;
    function off(eventId: string, callback: () => void): void;
    function emit(eventId: string): void;
  }
  export namespace deviceInfo {
    const deviceType: string;
    const sdkApiVersion: number;
  }
  export namespace systemDateTime {
    enum TimeType {
      STARTUP = 0,
      ACTIVE = 1,
    }
    function getUptime(timeType: TimeType, isNanoseconds?: boolean): number;
  }
}
