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
  export interface Configuration {
    language?: string;
  }
  export class EnvironmentCallback {
    onConfigurationUpdated(config: Configuration): void;
    onMemoryLevel(level: AbilityConstant.MemoryLevel): void;
  }
  export class Want {
    bundleName?: string;
    abilityName?: string;
    uri?: string;
  }
  export namespace AbilityConstant {
    enum MemoryLevel {
      MEMORY_LEVEL_MODERATE = 0,
      MEMORY_LEVEL_LOW = 1,
      MEMORY_LEVEL_CRITICAL = 2,
    }
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
      on(type: 'environment', callback: EnvironmentCallback): number;
      off(type: 'abilityLifecycle', callbackId: number): Promise<void>;
      off(type: 'applicationStateChange', callback?: ApplicationStateChangeCallback): void;
      off(type: 'environment', callbackId: number): Promise<void>;
    }
    class UIAbilityContext extends Context {
      startAbility(want: Want): Promise<void>;
    }
  }
  export namespace bundleManager {
    enum BundleFlag {
      GET_BUNDLE_INFO_DEFAULT = 0x00000000,
      GET_BUNDLE_INFO_WITH_APPLICATION = 0x00000001,
    }
    interface ApplicationInfo {
      readonly installSource: string;
    }
    interface BundleInfo {
      readonly name: string;
      readonly versionName: string;
      readonly appInfo: ApplicationInfo;
      readonly updateTime: number;
    }
    function getBundleInfoForSelfSync(bundleFlags: number): BundleInfo;
  }
}
