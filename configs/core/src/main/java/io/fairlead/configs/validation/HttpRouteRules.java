package io.fairlead.configs.validation;

import com.google.protobuf.UInt32Value;
import io.fairlead.istio.networking.v1alpha3.CorsPolicy;
import io.fairlead.istio.networking.v1alpha3.HTTPBody;
import io.fairlead.istio.networking.v1alpha3.HTTPDirectResponse;
import io.fairlead.istio.networking.v1alpha3.HTTPFaultInjection;
import io.fairlead.istio.networking.v1alpha3.HTTPMatchRequest;
import io.fairlead.istio.networking.v1alpha3.HTTPMirrorPolicy;
import io.fairlead.istio.networking.v1alpha3.HTTPRedirect;
import io.fairlead.istio.networking.v1alpha3.HTTPRewrite;
import io.fairlead.istio.networking.v1alpha3.HTTPRoute;
import io.fairlead.istio.networking.v1alpha3.HTTPRouteDestination;
import io.fairlead.istio.networking.v1alpha3.RegexRewrite;
import io.fairlead.istio.networking.v1alpha3.StringMatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of an HTTP route of a VirtualService. */
final class HttpRouteRules {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");
  private static final Set<String> GRPC_STATUSES =
      Set.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");
  private static final int MAX_BODY = 1 << 20;
  private static final int LARGE_BODY = 100 << 10;

  private final boolean ofDelegate;

  /**
   * @param ofDelegate whether it belongs to a VirtualService that others delegate to
   */
  HttpRouteRules(boolean ofDelegate) {
    this.ofDelegate = ofDelegate;
  }

  void check(HTTPRoute route, Spot at) {
    checkAction(route, at);
    at.each("match", route.getMatchList(), HttpRouteRules::checkMatch);
    Headers.checkOperations(route.getHeaders(), at.at("headers"), false);
    checkAuthority(route, at);
    if (route.hasCorsPolicy()) {
      checkCors(route.getCorsPolicy(), at.at("corsPolicy"));
    }
    if (route.hasFault()) {
      checkFault(route.getFault(), at.at("fault"));
    }
    checkMirrors(route, at);
    if (route.hasRedirect()) {
      checkRedirect(route.getRedirect(), at.at("redirect"));
    }
    if (route.hasDirectResponse()) {
      checkDirectResponse(route.getDirectResponse(), at.at("directResponse"));
    }
    if (route.hasRetries()) {
      RetryRules.check(route.getRetries(), at.at("retries"));
    }
    if (route.hasRewrite()) {
      checkRewrite(route.getRewrite(), at.at("rewrite"));
    }
    checkDestinations(route.getRouteList(), at.at("route"));
    if (route.hasTimeout()) {
      Checks.duration(route.getTimeout(), at.at("timeout"));
    }
  }

  private void checkAction(HTTPRoute route, Spot at) {
    if (route.hasDelegate() && !ofDelegate) {
      refuseBeside("delegate", route.hasRedirect(), at.at("redirect"));
      refuseBeside("delegate", route.getRouteCount() > 0, at.at("route"));
      return;
    }
    if (route.hasDelegate()) {
      at.at("delegate").refuse("delegate", "none within a delegate, which has no hosts");
    }
    if (route.hasRedirect()) {
      refuseBeside("redirect", route.getRouteCount() > 0, at.at("route"));
      refuseBeside("redirect", route.hasFault(), at.at("fault"));
      refuseBeside("redirect", route.hasRewrite(), at.at("rewrite"));
      refuseBeside("redirect", route.hasDirectResponse(), at.at("directResponse"));
    } else if (route.hasDirectResponse()) {
      refuseBeside("directResponse", route.getRouteCount() > 0, at.at("route"));
      refuseBeside("directResponse", route.hasFault(), at.at("fault"));
      refuseBeside("directResponse", route.hasRewrite(), at.at("rewrite"));
    } else if (route.getRouteCount() == 0) {
      at.refuse("no route, redirect, directResponse or delegate", "one of them");
    }
    refuseBeside("mirrors", route.hasMirror() && route.getMirrorsCount() > 0, at.at("mirror"));
  }

  private static void refuseBeside(String other, boolean isThere, Spot at) {
    if (isThere) {
      at.refuse("it stands beside " + other, "one of the two");
    }
  }

  private static void checkMatch(HTTPMatchRequest match, Spot at) {
    match
        .getHeadersMap()
        .forEach(
            (name, value) -> {
              Spot here = at.at("headers").at(name);
              Headers.checkMatched(name, here);
              VirtualServiceRules.checkMatch(value, here);
            });
    match
        .getWithoutHeadersMap()
        .forEach(
            (name, value) -> {
              Spot here = at.at("withoutHeaders").at(name);
              Headers.checkMatched(name, here);
              // Not an expression: it stands for any value.
              if (!value.getRegex().equals("*")) {
                VirtualServiceRules.checkMatch(value, here);
              }
            });
    VirtualServiceRules.checkRegex(match.getUri(), at.at("uri"));
    VirtualServiceRules.checkMatch(match.getScheme(), at.at("scheme"));
    VirtualServiceRules.checkMatch(match.getMethod(), at.at("method"));
    VirtualServiceRules.checkMatch(match.getAuthority(), at.at("authority"));
    match
        .getQueryParamsMap()
        .forEach(
            (name, value) -> VirtualServiceRules.checkMatch(value, at.at("queryParams").at(name)));
    if (match.getPort() != 0) {
      Ports.check(match.getPort(), at.at("port"));
    }
    Labels.check(match.getSourceLabelsMap(), at.at("sourceLabels"));
    VirtualServiceRules.checkGateways(match.getGatewaysList(), at.at("gateways"));
    if (!match.getSourceNamespace().isEmpty() && !Hosts.isLabel(match.getSourceNamespace())) {
      at.at("sourceNamespace").refuse(match.getSourceNamespace(), Hosts.LABEL_FORM);
    }
  }

  /** Checks that the authority is rewritten in one place. */
  private static void checkAuthority(HTTPRoute route, Spot at) {
    Spot request = at.at("headers").at("request");
    boolean rewritten = !route.getRewrite().getAuthority().isEmpty();
    rewritten =
        checkAuthority(route.getHeaders().getRequest().getSetMap(), rewritten, request.at("set"));
    checkAuthority(route.getHeaders().getRequest().getAddMap(), rewritten, request.at("add"));
  }

  private static boolean checkAuthority(Map<String, String> headers, boolean rewritten, Spot at) {
    boolean seen = rewritten;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (Headers.isAuthority(header.getKey())) {
        if (seen) {
          at.at(header.getKey()).refuse("the authority once more", "it is rewritten in one place");
        }
        seen = seen || !header.getValue().isEmpty();
      }
    }
    return seen;
  }

  private static void checkCors(CorsPolicy cors, Spot at) {
    at.each(
        "allowOrigins",
        cors.getAllowOriginsList(),
        (origin, here) -> {
          if (isEmpty(origin)) {
            here.refuse("no origin", "exact, prefix or regex");
          }
          VirtualServiceRules.checkRegex(origin, here);
        });
    at.each(
        "allowMethods",
        cors.getAllowMethodsList(),
        (method, here) -> {
          if (!METHODS.contains(method)) {
            here.refuse(method, "a method of HTTP in capitals, or *");
          } else if (method.equals("*")) {
            here.refuseForOlder(method, "methods of HTTP");
          }
        });
    at.each("allowHeaders", cors.getAllowHeadersList(), Headers::checkOfCors);
    at.each("exposeHeaders", cors.getExposeHeadersList(), Headers::checkOfCors);
    if (cors.hasMaxAge()) {
      Checks.duration(cors.getMaxAge(), at.at("maxAge"));
      if (cors.getMaxAge().getNanos() > 0) {
        at.at("maxAge").refuse("a part of a second", "whole seconds");
      }
    }
  }

  private static boolean isEmpty(StringMatch match) {
    return match.getExact().isEmpty() && match.getPrefix().isEmpty() && match.getRegex().isEmpty();
  }

  private static void checkFault(HTTPFaultInjection fault, Spot at) {
    if (!fault.hasAbort() && !fault.hasDelay()) {
      at.refuse("neither abort nor delay", "at least one of them");
    }
    Spot abortAt = at.at("abort");
    HTTPFaultInjection.Abort abort = fault.getAbort();
    Checks.percentage(abort.getPercentage(), abortAt.at("percentage"));
    switch (abort.getErrorTypeCase()) {
      case GRPC_STATUS -> {
        if (!GRPC_STATUSES.contains(abort.getGrpcStatus())) {
          abortAt
              .at("grpcStatus")
              .refuse(abort.getGrpcStatus(), "a status of gRPC such as UNAVAILABLE");
        }
      }
      case HTTP2_ERROR -> abortAt.at("http2Error").refuse("http2Error", "httpStatus or grpcStatus");
      case HTTP_STATUS -> checkStatus(abort.getHttpStatus(), abortAt.at("httpStatus"));
      case ERRORTYPE_NOT_SET -> {
        if (fault.hasAbort()) {
          abortAt.warn("no status, so nothing is aborted", "httpStatus or grpcStatus");
        }
      }
    }
    Spot delayAt = at.at("delay");
    HTTPFaultInjection.Delay delay = fault.getDelay();
    Checks.percentage(delay.getPercentage(), delayAt.at("percentage"));
    switch (delay.getHttpDelayTypeCase()) {
      case FIXED_DELAY -> Checks.duration(delay.getFixedDelay(), delayAt.at("fixedDelay"));
      case EXPONENTIAL_DELAY ->
          delayAt.at("exponentialDelay").refuse("exponentialDelay", "fixedDelay");
      case HTTPDELAYTYPE_NOT_SET -> {}
    }
  }

  private static void checkStatus(int status, Spot at) {
    if (status < 200 || status > 600) {
      at.refuse(Integer.toUnsignedString(status), "a status from 200 to 599");
    }
  }

  private static void checkMirrors(HTTPRoute route, Spot at) {
    if (route.hasMirrorPercent()) {
      UInt32Value percent = route.getMirrorPercent();
      if (Integer.compareUnsigned(percent.getValue(), 100) > 0) {
        at.at("mirrorPercent").refuse(Integer.toUnsignedString(percent.getValue()), "0 to 100");
      }
      at.at("mirrorPercent").warn("mirrorPercent, which is deprecated", "mirrorPercentage");
    }
    Checks.anyPercentage(route.getMirrorPercentage(), at.at("mirrorPercentage"));
    if (route.hasMirror()) {
      Destinations.check(route.getMirror(), at.at("mirror"));
    }
    at.each("mirrors", route.getMirrorsList(), HttpRouteRules::checkMirror);
  }

  private static void checkMirror(HTTPMirrorPolicy mirror, Spot at) {
    VirtualServiceRules.checkDestination(mirror.hasDestination(), mirror.getDestination(), at);
    Checks.anyPercentage(mirror.getPercentage(), at.at("percentage"));
  }

  private static void checkRedirect(HTTPRedirect redirect, Spot at) {
    boolean goesSomewhere =
        !redirect.getUri().isEmpty()
            || !redirect.getAuthority().isEmpty()
            || !redirect.getScheme().isEmpty()
            || redirect.getRedirectPortCase() != HTTPRedirect.RedirectPortCase.REDIRECTPORT_NOT_SET;
    if (!goesSomewhere) {
      at.refuse("a redirect to the same place", "uri, authority, scheme or port");
    }
    int code = redirect.getRedirectCode();
    if (code != 0 && (code < 300 || code > 399)) {
      at.at("redirectCode").refuse(Integer.toUnsignedString(code), "300 to 399");
    }
    if (!redirect.getScheme().isEmpty()
        && !Set.of("http", "https").contains(redirect.getScheme())) {
      at.at("scheme").refuse(redirect.getScheme(), "http or https");
    }
    if (redirect.getPort() != 0) {
      Ports.check(redirect.getPort(), at.at("port"));
    }
  }

  private static void checkDirectResponse(HTTPDirectResponse response, Spot at) {
    HTTPBody body = response.getBody();
    int size =
        Math.max(body.getString().getBytes(StandardCharsets.UTF_8).length, body.getBytes().size());
    if (size > MAX_BODY) {
      at.at("body").refuse("a body of " + size + " bytes", "at most " + MAX_BODY);
    } else if (size > LARGE_BODY) {
      at.at("body").warn("a body of " + size + " bytes", "less, as each proxy is sent it");
    }
    checkStatus(response.getStatus(), at.at("status"));
  }

  private static void checkRewrite(HTTPRewrite rewrite, Spot at) {
    boolean hasUri = !rewrite.getUri().isEmpty();
    boolean hasAuthority = !rewrite.getAuthority().isEmpty();
    if (!rewrite.hasUriRegexRewrite()) {
      if (!hasUri && !hasAuthority) {
        at.refuse("a rewrite of nothing", "uri, uriRegexRewrite or authority");
      }
      return;
    }
    Spot regexAt = at.at("uriRegexRewrite");
    refuseBeside("uri", hasUri, regexAt);
    RegexRewrite regex = rewrite.getUriRegexRewrite();
    if (regex.getMatch().isEmpty() || regex.getRewrite().isEmpty()) {
      regexAt.refuse("one of match and rewrite", "both");
    } else {
      Regexes.check(regex.getMatch(), regexAt.at("match"));
    }
    if (!hasUri && !hasAuthority) {
      regexAt.refuseForOlder("uriRegexRewrite alone", "uri or authority");
    }
  }

  private static void checkDestinations(List<HTTPRouteDestination> routes, Spot at) {
    int total = 0;
    for (int i = 0; i < routes.size(); i++) {
      HTTPRouteDestination route = routes.get(i);
      VirtualServiceRules.checkDestination(
          route.hasDestination(), route.getDestination(), at.at(i));
      Headers.checkOperations(route.getHeaders(), at.at(i).at("headers"), true);
      Checks.notNegative(route.getWeight(), at.at(i).at("weight"));
      total += route.getWeight();
    }
    VirtualServiceRules.checkTotal(total, routes.size(), at);
  }
}
