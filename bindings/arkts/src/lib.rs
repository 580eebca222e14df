//! The core for `ArkTS`, by Node-API: functions and handles, and conversions alone. What they do is
//! in `staykit-bindings`; what they look like from `ArkTS`, in `types/index.d.ts`.
//!
//! One source for two runtimes: HarmonyOS's (`napi-ohos`) and, for tests, Node's (`napi`).

#[cfg(not(target_env = "ohos"))]
extern crate napi as node_api;
#[cfg(target_env = "ohos")]
extern crate napi_ohos as node_api;

#[cfg(not(target_env = "ohos"))]
extern crate napi_derive as node_api_derive;
#[cfg(target_env = "ohos")]
extern crate napi_derive_ohos as node_api_derive;

pub mod called;
#[cfg(feature = "lab")]
pub mod lab;
pub mod later;
mod object;
mod refused;
mod told;
mod understood;
mod values;
