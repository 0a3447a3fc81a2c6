package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;

/** The rules of a WorkloadEntry. */
final class WorkloadEntryRules implements KindRules<WorkloadEntry> {
  @Override
  public void check(WorkloadEntry spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    checkAddress(spec, true, at);
    spec.getPortsMap()
        .forEach(
            (name, number) -> {
              Ports.checkName(name, at.at("ports").at(name));
              Ports.check(number, at.at("ports").at(name));
            });
    Labels.check(spec.getLabelsMap(), at.at("labels"));
  }

  /** Checks where a workload is. */
  static void checkAddress(WorkloadEntry entry, boolean mayBeName, Spot at) {
    String address = entry.getAddress();
    Spot here = at.at("address");
    if (address.isEmpty()) {
      if (entry.getNetwork().isEmpty()) {
        at.refuse("no address", "an IP address, or a network that knows it");
      } else {
        at.refuseForOlder("no address", "an address");
      }
    } else if (address.startsWith(Hosts.UNIX)) {
      Hosts.checkUnixPath(address.substring(Hosts.UNIX.length()), here);
      if (entry.getPortsCount() > 0) {
        at.at("ports").refuse("ports of a socket", "none");
      }
    } else if (!Hosts.isIp(address) && !(mayBeName && Hosts.isName(address))) {
      here.refuse(address, mayBeName ? "an IP address or a DNS name" : "an IP address");
    }
  }
}
