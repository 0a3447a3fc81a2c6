package io.fairlead.configs.validation;

import io.fairlead.istio.security.v1beta1.AuthorizationPolicy;
import io.fairlead.istio.security.v1beta1.AuthorizationPolicy.Action;
import io.fairlead.istio.security.v1beta1.Condition;
import io.fairlead.istio.security.v1beta1.Operation;
import io.fairlead.istio.security.v1beta1.Rule;
import io.fairlead.istio.security.v1beta1.Source;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of an AuthorizationPolicy. */
final class AuthorizationPolicyRules implements KindRules<AuthorizationPolicy> {
  static final String DRY_RUN = "istio.io/dry-run";

  private static final Set<String> BOOLEANS =
      Set.of("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False");

  @Override
  public void check(AuthorizationPolicy spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(
        spec.hasSelector(),
        spec.getSelector(),
        spec.hasTargetRef(),
        spec.getTargetRef(),
        spec.getTargetRefsList(),
        at);
    checkDryRun(spec, metadata, document.at("metadata").at("annotations").at(DRY_RUN));
    boolean isCustom = spec.getAction() == Action.CUSTOM;
    if ((isCustom || spec.getAction() == Action.DENY) && spec.getRulesCount() == 0) {
      at.refuse(
          spec.getAction() + " without rules, which is never triggered",
          "rules; {} is one for all requests");
    } else if (isCustom && spec.getProvider().getName().isEmpty()) {
      at.at("provider").refuse("no name", "the name of a provider of the mesh configuration");
    }
    if (spec.hasProvider() && !isCustom) {
      at.at("provider").refuse("provider in action " + spec.getAction(), "action CUSTOM");
    }
    at.each("rules", spec.getRulesList(), (rule, here) -> checkRule(rule, isCustom, here));
  }

  private static void checkDryRun(AuthorizationPolicy spec, Metadata metadata, Spot at) {
    String dryRun = metadata.annotations().get(DRY_RUN);
    if (dryRun == null) {
      return;
    }
    if (spec.getAction() != Action.ALLOW && spec.getAction() != Action.DENY) {
      at.refuse("dry-run of action " + spec.getAction(), "action ALLOW or DENY");
    } else if (!BOOLEANS.contains(dryRun)) {
      at.refuse(dryRun, "true or false");
    }
  }

  private static void checkRule(Rule rule, boolean isCustom, Spot at) {
    at.each(
        "from",
        rule.getFromList(),
        (from, here) -> {
          if (from.hasSource()) {
            checkSource(from.getSource(), isCustom, here.at("source"));
          } else {
            here.refuse("no source", "a source");
          }
        });
    at.each(
        "to",
        rule.getToList(),
        (to, here) -> {
          if (to.hasOperation()) {
            checkOperation(to.getOperation(), here.at("operation"));
          } else {
            here.refuse("no operation", "an operation");
          }
        });
    at.each("when", rule.getWhenList(), (when, here) -> checkCondition(when, isCustom, here));
  }

  private static void checkSource(Source source, boolean isCustom, Spot at) {
    Map<String, List<String>> identities =
        Map.of(
            "principals", source.getPrincipalsList(),
            "notPrincipals", source.getNotPrincipalsList(),
            "namespaces", source.getNamespacesList(),
            "notNamespaces", source.getNotNamespacesList());
    Map<String, List<String>> requests =
        Map.of(
            "requestPrincipals", source.getRequestPrincipalsList(),
            "notRequestPrincipals", source.getNotRequestPrincipalsList());
    Map<String, List<String>> accounts =
        Map.of(
            "serviceAccounts", source.getServiceAccountsList(),
            "notServiceAccounts", source.getNotServiceAccountsList());
    Map<String, List<String>> addresses =
        Map.of(
            "ipBlocks", source.getIpBlocksList(),
            "notIpBlocks", source.getNotIpBlocksList(),
            "remoteIpBlocks", source.getRemoteIpBlocksList(),
            "notRemoteIpBlocks", source.getNotRemoteIpBlocksList());
    if (isEmpty(identities) && isEmpty(requests) && isEmpty(addresses)) {
      if (isEmpty(accounts)) {
        at.refuse("an empty source", "principals, namespaces, ipBlocks ...");
      } else {
        at.refuseForOlder("serviceAccounts alone", "principals or namespaces");
      }
    }
    if (!isEmpty(identities) && !isEmpty(accounts)) {
      at.refuse("serviceAccounts beside principals or namespaces", "one of the two");
    }
    checkNotEmpty(identities, at);
    checkNotEmpty(requests, at);
    accounts.forEach((field, values) -> checkAccounts(values, at.at(field)));
    addresses.forEach((field, values) -> at.each(field, values, Hosts::checkIpOrPrefix));
    if (isCustom) {
      refuseForCustom(identities, at);
      refuseForCustom(requests, at);
      refuseForCustom(accounts, at);
    }
  }

  private static boolean isEmpty(Map<String, List<String>> fields) {
    return fields.values().stream().allMatch(List::isEmpty);
  }

  private static void refuseForCustom(Map<String, List<String>> fields, Spot at) {
    fields.forEach(
        (field, values) -> {
          if (!values.isEmpty()) {
            at.at(field).refuse(field + " in action CUSTOM", "ipBlocks or remoteIpBlocks");
          }
        });
  }

  private static void checkNotEmpty(Map<String, List<String>> fields, Spot at) {
    fields.forEach((field, values) -> at.each(field, values, AuthorizationPolicyRules::checkText));
  }

  private static void checkText(String text, Spot at) {
    if (text.isEmpty()) {
      at.refuse("an empty text", "a value");
    }
  }

  private static void checkAccounts(List<String> accounts, Spot at) {
    if (accounts.size() > 16) {
      at.refuse(accounts.size() + " service accounts", "at most 16");
    }
    for (int i = 0; i < accounts.size(); i++) {
      List<String> parts = Hosts.split(accounts.get(i), '/');
      if (parts.size() > 2
          || parts.contains("")
          || accounts.get(i).contains("*")
          || accounts.get(i).length() > 320) {
        at.at(i).refuse(accounts.get(i), "ACCOUNT or NAMESPACE/ACCOUNT, without *");
      }
    }
  }

  private static void checkOperation(Operation operation, Spot at) {
    Map<String, List<String>> texts =
        Map.of(
            "methods", operation.getMethodsList(),
            "notMethods", operation.getNotMethodsList(),
            "hosts", operation.getHostsList(),
            "notHosts", operation.getNotHostsList(),
            "paths", operation.getPathsList(),
            "notPaths", operation.getNotPathsList());
    if (isEmpty(texts) && operation.getPortsCount() + operation.getNotPortsCount() == 0) {
      at.refuse("an empty operation", "ports, methods, hosts or paths");
    }
    checkNotEmpty(texts, at);
    at.each("ports", operation.getPortsList(), AuthorizationPolicyRules::checkPort);
    at.each("notPorts", operation.getNotPortsList(), AuthorizationPolicyRules::checkPort);
    at.each("paths", operation.getPathsList(), PathTemplate::check);
    at.each("notPaths", operation.getNotPathsList(), PathTemplate::check);
  }

  private static void checkPort(String port, Spot at) {
    boolean isNumber =
        !port.isEmpty() && port.length() <= 9 && port.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber || Integer.parseInt(port) > 65535) {
      at.refuse(port, "a port in quotes: \"8080\"");
    }
  }

  private static void checkCondition(Condition condition, boolean isCustom, Spot at) {
    String key = condition.getKey();
    if (key.isEmpty()) {
      at.refuse("no key", "an attribute such as source.ip or request.headers[x-id]");
      return;
    }
    if (condition.getValuesCount() + condition.getNotValuesCount() == 0) {
      at.refuse("neither values nor notValues", "one of them");
      return;
    }
    at.each("values", condition.getValuesList(), AuthorizationPolicyRules::checkText);
    at.each("notValues", condition.getNotValuesList(), AuthorizationPolicyRules::checkText);
    checkAttribute(key, condition, at);
    boolean isOfIdentity =
        Set.of("source.namespace", "source.serviceAccount", "source.principal").contains(key)
            || key.startsWith("request.auth.");
    if (isCustom && isOfIdentity) {
      at.at("key").refuse(key + " in action CUSTOM", "another attribute");
    }
  }

  private static void checkAttribute(String key, Condition condition, Spot at) {
    switch (key) {
      case "source.ip", "remote.ip", "destination.ip" -> {
        at.each("values", condition.getValuesList(), Hosts::checkIpOrPrefix);
        at.each("notValues", condition.getNotValuesList(), Hosts::checkIpOrPrefix);
      }
      case "destination.port" -> {
        at.each("values", condition.getValuesList(), AuthorizationPolicyRules::checkPort);
        at.each("notValues", condition.getNotValuesList(), AuthorizationPolicyRules::checkPort);
      }
      case "source.serviceAccount" -> {
        at.at("key").refuseForOlder(key, "an attribute that they know");
        checkAccounts(condition.getValuesList(), at.at("values"));
        checkAccounts(condition.getNotValuesList(), at.at("notValues"));
      }
      case "source.namespace",
          "source.principal",
          "request.auth.principal",
          "request.auth.audiences",
          "request.auth.presenter",
          "connection.sni" -> {}
      default -> {
        boolean hasBrackets =
            key.startsWith("request.headers")
                || key.startsWith("request.auth.claims")
                || key.startsWith("experimental.envoy.filters.");
        int open = key.indexOf('[');
        if (!hasBrackets || !key.endsWith("]") || open < 1 || open >= key.length() - 2) {
          at.at("key").refuse(key, "an attribute such as source.ip or request.headers[x-id]");
        }
      }
    }
  }
}
