/** The resources that are served, with their versions. */
export { type EncodedResource, encodeResource } from './encoded.ts';
export { RESOURCE_TYPES, SEND_ORDER } from './order.ts';
export {
  type ChainMessage,
  type Message,
  type Resource,
  type ResourceSet,
  type ResourceType,
  TYPE_URL,
  type UpstreamMessage,
} from './resources.ts';
export { type EncodeProblem, type Rejection, type SnapshotChange, SnapshotStore } from './store.ts';
