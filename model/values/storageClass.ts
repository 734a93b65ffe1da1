/** The value that asks for a storage class, under the name that a chart has for it; none asks for the cluster's default. */
export function storageClass(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}
