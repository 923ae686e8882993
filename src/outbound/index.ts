/** The door of the outbound room: requests to other people's servers. */
export { AddressGuard, isAddressException, type AddressGuardOptions } from "./address-guard.js";
export { OUTBOUND_LIMITS, OutboundClient, type OutboundClientOptions } from "./client.js";
export { CookieJar } from "./cookies.js";
export { Deliveries, DELIVERY_LIMITS, type DeliveriesOptions, type DeliveryLimits, type DeliverySigning } from "./deliveries.js";
export type { AddedDeliveries, DeliveryAttempt, DeliveryBounds, DeliveryEnd, DeliveryRecord, DeliveryStore, Except, Sightings, Kept, NewDelivery } from "./delivery-store.js";
export type { Delivery, DeliveryKind, DeliveryQueue } from "./delivery.js";
export { OUTBOUND_CODES, OutboundError, type OutboundCode, type OutboundFailure } from "./errors.js";
export { signature, SIGNATURE_HEADER, verifySignature, withBodyDigest, type SignedRequest } from "./signature.js";
export type { Form, OutboundHeaders, OutboundLimits, OutboundRequest, OutboundResponse } from "./types.js";
