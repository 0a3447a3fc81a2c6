package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.HTTPRetry;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules of the retries of an HTTP route. */
final class RetryRules {
  private static final Set<String> RETRY_ON =
      Set.of(
          "5xx",
          "gateway-error",
          "reset",
          "reset-before-request",
          "connect-failure",
          "retriable-4xx",
          "refused-stream",
          "retriable-status-codes",
          "retriable-headers",
          "envoy-ratelimited",
          "http3-post-connect-failure",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "unavailable");
  private static final Set<String> NEWER_RETRY_ON =
      Set.of("reset-before-request", "http3-post-connect-failure");
  private static final Pattern STATUS = Pattern.compile("[-+]?[0-9]{1,18}");
  private static final Set<Long> STATUSES =
      Set.of(
          100L, 101L, 102L, 103L, 200L, 201L, 202L, 203L, 204L, 205L, 206L, 207L, 208L, 226L, 300L,
          301L, 302L, 303L, 304L, 305L, 307L, 308L, 400L, 401L, 402L, 403L, 404L, 405L, 406L, 407L,
          408L, 409L, 410L, 411L, 412L, 413L, 414L, 415L, 416L, 417L, 418L, 421L, 422L, 423L, 424L,
          425L, 426L, 428L, 429L, 431L, 451L, 500L, 501L, 502L, 503L, 504L, 505L, 506L, 507L, 508L,
          510L, 511L);

  private RetryRules() {}

  static void check(HTTPRetry retries, Spot at) {
    Checks.notNegative(retries.getAttempts(), at.at("attempts"));
    if (retries.getAttempts() == 0
        && (retries.hasPerTryTimeout()
            || !retries.getRetryOn().isEmpty()
            || retries.hasRetryRemoteLocalities())) {
      at.at("attempts").refuse("0, which is no retry", "1 or more, or nothing else beside it");
    }
    if (retries.hasPerTryTimeout()) {
      Checks.duration(retries.getPerTryTimeout(), at.at("perTryTimeout"));
    }
    if (retries.hasBackoff()) {
      Checks.duration(retries.getBackoff(), at.at("backoff"));
    }
    if (retries.getRetryOn().isEmpty()) {
      return;
    }
    for (String reason : Hosts.split(retries.getRetryOn(), ',')) {
      if (NEWER_RETRY_ON.contains(reason)) {
        at.at("retryOn").refuseForOlder(reason, "a condition that they know");
      } else if (!RETRY_ON.contains(reason) && !isStatus(reason)) {
        at.at("retryOn")
            .refuse(
                reason.isEmpty() ? "an empty condition" : reason,
                "conditions such as 5xx,reset,503, without spaces");
      }
    }
  }

  private static boolean isStatus(String reason) {
    return STATUS.matcher(reason).matches() && STATUSES.contains(Long.parseLong(reason));
  }
}
