package io.fairlead.configs.nacos;

/** The identity of a configuration in Nacos. Neither part has a slash, as Nacos sees to. */
record ConfigId(String namespace, String group, String dataId) {
  /** Returns the key that people see: {@code NAMESPACE/GROUP/DATAID}. */
  String key() {
    return namespace + "/" + group + "/" + dataId;
  }
}
