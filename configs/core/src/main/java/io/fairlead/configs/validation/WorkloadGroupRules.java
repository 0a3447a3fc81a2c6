package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.HTTPHealthCheckConfig;
import io.fairlead.istio.networking.v1alpha3.ReadinessProbe;
import io.fairlead.istio.networking.v1alpha3.WorkloadGroup;
import java.util.Set;

/** The rules of a WorkloadGroup. */
final class WorkloadGroupRules implements KindRules<WorkloadGroup> {
  @Override
  public void check(WorkloadGroup spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (!spec.hasTemplate()) {
      at.refuse("no template", "the template of the WorkloadEntries, also {}");
    }
    Labels.check(spec.getMetadata().getLabelsMap(), at.at("metadata").at("labels"));
    if (spec.hasProbe()) {
      checkProbe(spec.getProbe(), at.at("probe"));
    }
  }

  private static void checkProbe(ReadinessProbe probe, Spot at) {
    Checks.notNegative(probe.getPeriodSeconds(), at.at("periodSeconds"));
    Checks.notNegative(probe.getInitialDelaySeconds(), at.at("initialDelaySeconds"));
    Checks.notNegative(probe.getTimeoutSeconds(), at.at("timeoutSeconds"));
    Checks.notNegative(probe.getSuccessThreshold(), at.at("successThreshold"));
    Checks.notNegative(probe.getFailureThreshold(), at.at("failureThreshold"));
    switch (probe.getHealthCheckMethodCase()) {
      case HTTP_GET -> checkHttp(probe.getHttpGet(), at.at("httpGet"));
      case TCP_SOCKET -> Ports.check(probe.getTcpSocket().getPort(), at.at("tcpSocket").at("port"));
      case EXEC -> {
        if (probe.getExec().getCommandCount() == 0) {
          at.at("exec").refuse("no command", "a command");
        }
      }
      case GRPC -> at.at("grpc").refuse("grpc", "httpGet, tcpSocket or exec: istiods lack grpc");
      case HEALTHCHECKMETHOD_NOT_SET -> at.refuse("no check", "httpGet, tcpSocket or exec");
    }
  }

  private static void checkHttp(HTTPHealthCheckConfig check, Spot at) {
    Ports.check(check.getPort(), at.at("port"));
    if (!Set.of("", "HTTP", "HTTPS").contains(check.getScheme())) {
      at.at("scheme").refuse(check.getScheme(), "HTTP or HTTPS");
    }
    at.each(
        "httpHeaders",
        check.getHttpHeadersList(),
        (header, here) -> Headers.checkStrict(header.getName(), here.at("name")));
  }
}
