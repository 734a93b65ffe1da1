export { type OpenProxy, openProxy, proxyUrl } from "./open";
