// What the facade uses of Localization Kit (API 12).
declare module '@kit.LocalizationKit' {
  export namespace i18n {
    class System {
      static getSystemLanguage(): string;
      static getSystemRegion(): string;
      static getAppPreferredLanguage(): string;
    }
  }
}
