// What the facade uses of Ability Kit (API 12).
declare module '@kit.AbilityKit' {
  import type { window } from '@kit.ArkUI';

  export class AbilityLifecycleCallback {
    onAbilityCreate(ability: UIAbility): void;
    onWindowStageCreate(ability: UIAbility, windowStage: window.WindowStage): void;
    onWindowStageActive(ability: UIAbility, windowStage: window.WindowStage): void;
    onWindowStageInactive(ability: UIAbility, windowStage: window.WindowStage): void;
    onWindowStageDestroy(ability: UIAbility, windowStage: window.WindowStage): void;
    onAbilityDestroy(ability: UIAbility): void;
    onAbilityForeground(ability: UIAbility): void;
    onAbilityBackground(ability: UIAbility): void;
    onAbilityContinue(ability: UIAbility): void;
  }
  export class ApplicationStateChangeCallback {
    onApplicationForeground(): void;
    onApplicationBackground(): void;
  }
  export class Want {
    bundleName?: string;
    abilityName?: string;
    uri?: string;
  }
  export namespace AbilityConstant {
    class LaunchParam {
      launchReason: number;
    }
  }
  export class UIAbility {
    context: common.UIAbilityContext;
    onCreate(want: Want, launchParam: AbilityConstant.LaunchParam): void;
    onWindowStageCreate(windowStage: window.WindowStage): void;
    onDestroy(): void;
  }
  export namespace common {
    class Context {
      filesDir: string;
      getApplicationContext(): ApplicationContext;
    }
    class ApplicationContext extends Context {
      on(type: 'abilityLifecycle', callback: AbilityLifecycleCallback): number;
      on(type: 'applicationStateChange', callback: ApplicationStateChangeCallback): void;
      off(type: 'abilityLifecycle', callbackId: number): Promise<void>;
      off(type: 'applicationStateChange', callback?: ApplicationStateChangeCallback): void;
    }
    class UIAbilityContext extends Context {
      startAbility(want: Want): Promise<void>;
    }
  }
  export namespace bundleManager {
    enum BundleFlag {
      GET_BUNDLE_INFO_DEFAULT = 0x00000000,
    }
    interface BundleInfo {
      readonly name: string;
      readonly versionName: string;
    }
    function getBundleInfoForSelfSync(bundleFlags: number): BundleInfo;
  }
}
