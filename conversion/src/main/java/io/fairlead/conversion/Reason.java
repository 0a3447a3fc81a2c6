package io.fairlead.conversion;

import io.fairlead.conversion.rules.Shaping;

/**
 * The reason why a service was refused, an instance got no endpoint, or a value was changed. The
 * list is fixed, so that it can label a metric.
 */
public enum Reason {
  /** The service has no port that could be served. */
  NO_PORT(
      ServiceStatus.REFUSED,
      "no instance has a port from 1 to 65535",
      "register an instance with a legal port, or configure a number as the registry's port"),

  /** The service speaks UDP. */
  UDP_NOT_SERVED(
      ServiceStatus.REFUSED,
      "the service speaks UDP, which Istio's proxies do not carry",
      "let its clients reach it without the mesh; if it speaks something else, say so in the"
          + " metadata 'protocol'"),

  /** A rule leaves the service out. */
  NOT_SELECTED(
      ServiceStatus.NOT_SELECTED,
      "a rule of the configuration leaves the service out",
      "change the rule if the service is to be served"),
  /** A rule leaves the instance out. */
  INSTANCE_NOT_SELECTED(
      ServiceStatus.NOT_SELECTED,
      "a rule of the configuration, or its owner, leaves the instance out",
      "change the rule, or the metadata fairlead.io/sync, if the instance is to be served"),
  /** A rule takes pods as endpoints, in place of the instances. */
  REPLACED_BY_PODS(
      ServiceStatus.NOT_SELECTED,
      "a rule with a workloadSelector takes pods as the service's endpoints, and no instance",
      "change the rule if the instances are to be served"),
  /** The owner keeps the service out. */
  OPTED_OUT(
      ServiceStatus.NOT_SELECTED,
      "the metadata fairlead.io/sync=false keeps the service out",
      "remove it if the service is to be served"),

  /** The registry's health checks fail for the instance. */
  UNHEALTHY(ServiceStatus.OUT_OF_SERVICE, "the registry reports the instance as unhealthy", ""),
  /** The instance is switched off. */
  DISABLED(ServiceStatus.OUT_OF_SERVICE, "the instance is disabled in the registry", ""),
  /** The instance is in maintenance. */
  MAINTENANCE(ServiceStatus.OUT_OF_SERVICE, "the instance is in maintenance", ""),
  /** The instance has the weight 0. */
  WEIGHT_ZERO(ServiceStatus.OUT_OF_SERVICE, "the weight 0 takes the instance out of rotation", ""),

  /** The address is neither an IP address nor a host name. */
  ADDRESS_ILLEGAL(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is neither an IP address nor a legal host name",
      "register the instance with an IP address"),
  /** The address is a loopback one. */
  ADDRESS_LOOPBACK(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is a loopback address, which names each proxy's own machine",
      "register the instance's real address, or set allowLoopback where all runs on one machine"),
  /** The address is link-local. */
  ADDRESS_LINK_LOCAL(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is link-local and cannot be reached from another machine",
      "register a routable address"),
  /** The address is the unspecified one. */
  ADDRESS_UNSPECIFIED(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is the unspecified one (0.0.0.0 or ::)",
      "register the address of one interface instead of the address listened on"),
  /** The address belongs to a group of machines. */
  ADDRESS_MULTICAST(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is a multicast or broadcast address",
      "register the address of one machine"),
  /** The address is a host name while others have IP addresses. */
  HOST_NAME_AMONG_IPS(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the address is a host name, while other instances of the service have IP addresses",
      "register IP addresses, or host names for all instances"),
  /** The port cannot be served. */
  PORT_OUT_OF_RANGE(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "the port is not in the range from 1 to 65535",
      "register the instance with the port it listens on"),
  /** Another instance has the same address and port. */
  DUPLICATE_ENDPOINT(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "another instance of the service has the same address and port",
      "deregister the stale instance"),

  /** The instance would be in a part of its service that cannot be. */
  PART_REFUSED(
      ServiceStatus.ENDPOINT_LEFT_OUT,
      "a rule splits the service into more than 64 parts, or by a value that is too long",
      "split by metadata with fewer values"),

  /** The host was changed. */
  NAME_CHANGED(
      ServiceStatus.REPAIRED,
      "the service's name is not a legal or not an unambiguous host, so the host got a hash suffix",
      "use lower-case letters, digits and '-' in names, or another host template"),
  /** The namespace was changed. */
  NAMESPACE_CHANGED(
      ServiceStatus.REPAIRED,
      "the namespace is not a legal Kubernetes namespace, so it was changed and got a hash suffix",
      "use at most 63 lower-case letters, digits and '-', or another namespace template"),
  /** Another service of the registry has the host that this one would have. */
  HOST_COLLISION(
      ServiceStatus.REPAIRED,
      "an older service of the registry, or one with a lower id, has the same host, so this one got"
          + " another host with a hash suffix",
      "use a host template with the variables that tell the services apart, such as {namespace}"),
  /** Other services of the registry would have the host that this one has. */
  HOST_CONTESTED(
      ServiceStatus.REPAIRED,
      "other services of the registry have the same host; this one keeps it and they got hosts with"
          + " a hash suffix",
      "use a host template with the variables that tell the services apart, such as {namespace}"),
  /** An alias cannot be a host. */
  ALIAS_ILLEGAL(
      ServiceStatus.REPAIRED,
      "a rule gives the service an alias that is no legal host, which was left out",
      "use lower-case letters, digits, '-' and '.' in the alias, or a filter such as |lower"),
  /** There are too many aliases. */
  ALIAS_CAPPED(
      ServiceStatus.REPAIRED,
      "rules give the service more than 16 aliases; the others were left out",
      "reduce the aliases"),
  /** The alias is the host of a service, or the alias of another one. */
  ALIAS_TAKEN(
      ServiceStatus.REFUSED,
      "the alias is the host of another service, or an alias that another one has",
      "choose another alias; a service keeps its own host"),
  /** The service is not merged with those that have its host. */
  MERGE_REFUSED(
      ServiceStatus.REFUSED,
      "a rule merges the service with the others of its host, and it cannot be one of them",
      "let it agree with the service that is named, or give it a host of its own"),
  /** A label by a rule was changed. */
  ENTRY_LABEL_CHANGED(
      ServiceStatus.REPAIRED,
      "a rule gives the entry's label a value that is no legal one, so it was changed",
      "use a template that gives at most 63 letters, digits, '-', '_' and '.'"),
  /** There are more ports than are served. */
  PORTS_CAPPED(
      ServiceStatus.REPAIRED,
      "rules give the service more than 32 ports; the others were left out",
      "name the ports to serve with extraPorts"),
  /** The protocol is not one that Istio knows. */
  PROTOCOL_UNKNOWN(
      ServiceStatus.REPAIRED,
      "the protocol is not one that Istio knows and was ignored",
      "use one of http, http2, https, grpc, grpc-web, tcp, tls, mongo, redis, mysql"),
  /** The instance names another protocol than the service has. */
  PROTOCOL_OVERRULED(
      ServiceStatus.REPAIRED,
      "the instance names another protocol than most instances, which was ignored",
      "name the same protocol for all instances of the service"),
  /** No port is that of most instances. */
  PORT_UNDECIDED(
      ServiceStatus.REPAIRED,
      "no port is that of most instances, so the service's port was chosen by a rule",
      "name it: 'port: NUMBER' in the registry's configuration, or 'service-port' in the"
          + " service's metadata or tags"),
  /** A port besides the instance's own. */
  SECOND_PORT_NOT_SERVED(
      ServiceStatus.REPAIRED,
      "the metadata names a second port, which is not served",
      "register the second port as a service of its own"),
  /** Metadata with a meaning could not be read. */
  METADATA_UNREADABLE(
      ServiceStatus.REPAIRED,
      "metadata that describes the port could not be read and was ignored",
      "correct the value"),
  /** The weight is not a number or negative. */
  WEIGHT_ILLEGAL(
      ServiceStatus.REPAIRED,
      "the weight is negative or not a number and counts as 1",
      "register a weight of at least 0"),
  /** The weight is too large. */
  WEIGHT_CAPPED(
      ServiceStatus.REPAIRED,
      "the weight is above 1000000 and was lowered to it",
      "register a smaller weight"),
  /** The metadata cannot be a label. */
  LABEL_ILLEGAL(
      ServiceStatus.REPAIRED,
      "the metadata is not a legal Kubernetes label and was left out of the endpoint's labels",
      "use at most 63 letters, digits, '-', '_' and '.' in key and value"),
  /** The metadata would set a label with a meaning to Istio or Kubernetes. */
  LABEL_RESERVED(
      ServiceStatus.REPAIRED,
      "the metadata key is reserved to Istio, Kubernetes or Fairlead and was left out",
      "use another key"),
  /** There is more metadata than labels allowed. */
  LABELS_CAPPED(
      ServiceStatus.REPAIRED,
      "the metadata has more or longer entries than an endpoint may have labels",
      "reduce the metadata to what routing needs"),
  /** The locality cannot be expressed. */
  LOCALITY_ILLEGAL(
      ServiceStatus.REPAIRED,
      "a part of the locality is illegal and was left out with the parts below it",
      "use at most 63 letters, digits, '-', '_' and '.' in region, zone and subzone"),
  /** The revision cannot be one. */
  REVISION_ILLEGAL(
      ServiceStatus.REPAIRED,
      "the revision is not a legal label value and was ignored",
      "use the name of an Istio revision");

  private final ServiceStatus status;
  private final String text;
  private final String advice;

  Reason(ServiceStatus status, String text, String advice) {
    this.status = status;
    this.text = text;
    this.advice = advice;
  }

  /** Returns the reason for what rules left out. */
  static Reason of(Shaping.Kind kind) {
    return switch (kind) {
      case INSTANCE_NOT_SELECTED -> INSTANCE_NOT_SELECTED;
      case PART_REFUSED -> PART_REFUSED;
      case ALIAS_REFUSED -> ALIAS_CAPPED;
    };
  }

  /** Returns the reason why a service is not selected. */
  static Reason of(Shaping.Unselected unselected) {
    return unselected.byOwner() ? OPTED_OUT : NOT_SELECTED;
  }

  /** Returns the status that it gives the service, instance or value. */
  public ServiceStatus status() {
    return status;
  }

  /** Returns a description of what happened, in one clause. */
  public String text() {
    return text;
  }

  /** Returns advice for the owner of the service or the operator; empty if nothing is wrong. */
  public String advice() {
    return advice;
  }
}
