// What the facade uses of ArkUI's modules (API 12).
declare module '@kit.ArkUI' {
  import type { Callback } from '@kit.BasicServicesKit';
  import type { common } from '@kit.AbilityKit';

  export namespace window {
    interface WindowStage {
      getMainWindowSync(): Window;
      loadContent(path: string, callback: () => void): void;
    }
    interface Window {
      getUIContext(): UIContext;
    }
  }
  export namespace uiObserver {
    enum NavDestinationState {
      ON_SHOWN = 0,
      ON_HIDDEN = 1,
    }
    enum RouterPageState {
      ABOUT_TO_APPEAR = 0,
      ABOUT_TO_DISAPPEAR = 1,
      ON_PAGE_SHOW = 2,
      ON_PAGE_HIDE = 3,
    }
    interface NavDestinationInfo {
      name: ResourceStr;
      state: NavDestinationState;
    }
    class RouterPageInfo {
      name: string;
      path: string;
      state: RouterPageState;
    }
  }
  export class UIObserver {
    on(type: 'navDestinationUpdate', callback: Callback<uiObserver.NavDestinationInfo>): void;
    on(type: 'routerPageUpdate', callback: Callback<uiObserver.RouterPageInfo>): void;
    off(type: 'navDestinationUpdate', callback?: Callback<uiObserver.NavDestinationInfo>): void;
    off(type: 'routerPageUpdate', callback?: Callback<uiObserver.RouterPageInfo>): void;
  }
  export namespace promptAction {
    interface BaseDialogOptions {
      alignment?: DialogAlignment;
      isModal?: boolean;
      autoCancel?: boolean;
      onWillDismiss?: Callback<DismissDialogAction>;
      onDidAppear?: () => void;
    }
  }
  export class PromptAction {
    openCustomDialog<T extends Object>(
      dialogContent: ComponentContent<T>,
      options?: promptAction.BaseDialogOptions
    ): Promise<void>;
    closeCustomDialog<T extends Object>(dialogContent: ComponentContent<T>): Promise<void>;
  }
  export class OverlayManager {
    addComponentContent<T extends Object>(content: ComponentContent<T>, index?: number): void;
    removeComponentContent<T extends Object>(content: ComponentContent<T>): void;
  }
  export class UIContext {
    getUIObserver(): UIObserver;
    getPromptAction(): PromptAction;
    getOverlayManager(): OverlayManager;
    getHostContext(): common.Context | undefined;
  }
  export class ComponentContent<T extends Object> {
    constructor(uiContext: UIContext, builder: WrappedBuilder<[T]>, args: T);
    dispose(): void;
  }
}
