// What the facade and the example use of ArkUI's language: components, attributes, decorators (API 12).
declare const Builder: MethodDecorator;
declare const Component: ClassDecorator;
declare const Entry: ClassDecorator;
declare const State: PropertyDecorator;
declare const Prop: PropertyDecorator;
declare const Require: PropertyDecorator;

interface Resource {
  readonly id: number;
}
declare type ResourceStr = string | Resource;
declare type ResourceColor = string | number | Resource;
declare type Length = string | number | Resource;

interface Padding {
  top?: Length;
  right?: Length;
  bottom?: Length;
  left?: Length;
}
interface ConstraintSizeOptions {
  maxWidth?: Length;
  minHeight?: Length;
  minWidth?: Length;
  maxHeight?: Length;
}
interface ShadowOptions {
  radius: number;
  color?: string;
  offsetY?: number;
}
interface ClickEvent {
  timestamp: number;
}
declare enum HorizontalAlign {
  Start,
  Center,
  End,
}
declare enum VerticalAlign {
  Top,
  Center,
  Bottom,
}
declare enum FlexAlign {
  Start,
  Center,
  End,
  SpaceBetween,
}
declare enum Alignment {
  Top,
  Center,
  Bottom,
}
declare enum FontWeight {
  Normal,
  Medium,
  Bold,
}
declare enum TextAlign {
  Start,
  Center,
  End,
}
declare enum ButtonStyleMode {
  NORMAL = 0,
  EMPHASIZED = 1,
  TEXTUAL = 2,
}
declare enum DialogAlignment {
  Top,
  Center,
  Bottom,
  Default,
}
declare enum DismissReason {
  PRESS_BACK = 0,
  TOUCH_OUTSIDE = 1,
  CLOSE_BUTTON = 2,
  SLIDE_DOWN = 3,
}

interface DismissDialogAction {
  dismiss: () => void;
  reason: DismissReason;
}

declare class CommonMethod<T> {
  width(value: Length): T;
  height(value: Length): T;
  padding(value: Padding | Length): T;
  margin(value: Padding | Length): T;
  backgroundColor(value: ResourceColor): T;
  borderRadius(value: Length): T;
  constraintSize(value: ConstraintSizeOptions): T;
  shadow(value: ShadowOptions): T;
  layoutWeight(value: number): T;
  onClick(event: (event: ClickEvent) => void): T;
  onAppear(event: () => void): T;
  onDisAppear(event: () => void): T;
  id(value: string): T;
  defaultFocus(value: boolean): T;
  accessibilityGroup(value: boolean): T;
  accessibilityText(value: string): T;
  accessibilityLevel(value: string): T;
}
declare class CommonAttribute extends CommonMethod<CommonAttribute> {}
declare const CommonInstance: CommonAttribute;

interface ContainerOptions {
  space?: string | number;
}
declare class ColumnAttribute extends CommonMethod<ColumnAttribute> {
  alignItems(value: HorizontalAlign): ColumnAttribute;
  justifyContent(value: FlexAlign): ColumnAttribute;
}
declare const Column: (options?: ContainerOptions) => ColumnAttribute;
declare const ColumnInstance: ColumnAttribute;

declare class RowAttribute extends CommonMethod<RowAttribute> {
  alignItems(value: VerticalAlign): RowAttribute;
  justifyContent(value: FlexAlign): RowAttribute;
}
declare const Row: (options?: ContainerOptions) => RowAttribute;
declare const RowInstance: RowAttribute;

declare class ScrollAttribute extends CommonMethod<ScrollAttribute> {}
declare const Scroll: () => ScrollAttribute;
declare const ScrollInstance: ScrollAttribute;

declare class ListAttribute extends CommonMethod<ListAttribute> {}
declare const List: (options?: ContainerOptions) => ListAttribute;
declare const ListInstance: ListAttribute;

declare class ListItemAttribute extends CommonMethod<ListItemAttribute> {}
declare const ListItem: () => ListItemAttribute;
declare const ListItemInstance: ListItemAttribute;

declare class TextAttribute extends CommonMethod<TextAttribute> {
  fontSize(value: Length): TextAttribute;
  fontWeight(value: FontWeight): TextAttribute;
  fontColor(value: ResourceColor): TextAttribute;
  textAlign(value: TextAlign): TextAttribute;
}
declare const Text: (content?: ResourceStr) => TextAttribute;
declare const TextInstance: TextAttribute;

interface ButtonOptions {
  buttonStyle?: ButtonStyleMode;
}
declare class ButtonAttribute extends CommonMethod<ButtonAttribute> {}
declare const Button: (label: ResourceStr, options?: ButtonOptions) => ButtonAttribute;
declare const ButtonInstance: ButtonAttribute;

declare const ForEach: <T>(
  arr: Array<T>,
  itemGenerator: (item: T, index: number) => void,
  keyGenerator?: (item: T, index: number) => string
) => void;

declare class CustomComponent extends CommonAttribute {
  aboutToAppear?(): void;
  build(): void;
}
declare class BaseCustomComponent extends CustomComponent {
  getUIContext(): import('@kit.ArkUI').UIContext;
}

declare class WrappedBuilder<Args extends Object[]> {
  builder: (...args: Args) => void;
  constructor(builder: (...args: Args) => void);
}
declare function wrapBuilder<Args extends Object[]>(
  builder: (...args: Args) => void
): WrappedBuilder<Args>;

declare function $r(value: string): Resource;
declare function setTimeout(handler: () => void, delay?: number): number;
declare function clearTimeout(timeoutID?: number): void;
