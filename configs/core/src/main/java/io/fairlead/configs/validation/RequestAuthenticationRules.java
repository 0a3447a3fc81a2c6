package io.fairlead.configs.validation;

import io.fairlead.istio.security.v1beta1.JWTRule;
import io.fairlead.istio.security.v1beta1.RequestAuthentication;
import java.util.Set;

/** The rules of a RequestAuthentication. */
final class RequestAuthenticationRules implements KindRules<RequestAuthentication> {
  private static final Set<String> SCHEMES = Set.of("http", "https");

  @Override
  public void check(RequestAuthentication spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(
        spec.hasSelector(),
        spec.getSelector(),
        spec.hasTargetRef(),
        spec.getTargetRef(),
        spec.getTargetRefsList(),
        at);
    at.each("jwtRules", spec.getJwtRulesList(), RequestAuthenticationRules::check);
  }

  private static void check(JWTRule rule, Spot at) {
    at.each("audiences", rule.getAudiencesList(), RequestAuthenticationRules::checkText);
    if (rule.getIssuer().isEmpty()) {
      if (rule.getJwksUri().isEmpty()) {
        at.refuse("neither issuer nor jwksUri", "one of them");
      } else {
        at.refuseForOlder("no issuer", "an issuer");
      }
    }
    if (!rule.getJwksUri().isEmpty() && !Urls.isValid(rule.getJwksUri(), SCHEMES)) {
      at.at("jwksUri").refuse(rule.getJwksUri(), "an http or https URL");
    }
    if (!rule.getJwks().isEmpty()) {
      KeySet.problem(rule.getJwks())
          .ifPresent(problem -> at.at("jwks").refuse("no set of keys", problem));
    }
    at.each(
        "fromHeaders",
        rule.getFromHeadersList(),
        (header, here) -> checkText(header.getName(), here.at("name")));
    at.each("fromParams", rule.getFromParamsList(), RequestAuthenticationRules::checkText);
    at.each("fromCookies", rule.getFromCookiesList(), RequestAuthenticationRules::checkText);
    at.each(
        "outputClaimToHeaders",
        rule.getOutputClaimToHeadersList(),
        (output, here) -> {
          checkText(output.getClaim(), here.at("claim"));
          Headers.checkStrict(output.getHeader(), here.at("header"));
        });
    if (rule.hasTimeout()) {
      Checks.duration(rule.getTimeout(), at.at("timeout"));
    }
  }

  private static void checkText(String text, Spot at) {
    if (text.isEmpty()) {
      at.refuse("an empty text", "a value");
    }
  }
}
