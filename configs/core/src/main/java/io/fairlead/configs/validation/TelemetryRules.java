package io.fairlead.configs.validation;

import io.fairlead.istio.telemetry.v1alpha1.AccessLogging;
import io.fairlead.istio.telemetry.v1alpha1.MetricSelector.MetricMatchCase;
import io.fairlead.istio.telemetry.v1alpha1.Metrics;
import io.fairlead.istio.telemetry.v1alpha1.MetricsOverrides;
import io.fairlead.istio.telemetry.v1alpha1.MetricsOverrides.TagOverride;
import io.fairlead.istio.telemetry.v1alpha1.ProviderRef;
import io.fairlead.istio.telemetry.v1alpha1.Telemetry;
import io.fairlead.istio.telemetry.v1alpha1.Tracing;
import java.util.List;

/** The rules of a Telemetry. */
final class TelemetryRules implements KindRules<Telemetry> {
  @Override
  public void check(Telemetry spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(
        spec.hasSelector(),
        spec.getSelector(),
        spec.hasTargetRef(),
        spec.getTargetRef(),
        spec.getTargetRefsList(),
        at);
    at.each("metrics", spec.getMetricsList(), TelemetryRules::checkMetrics);
    if (spec.getTracingCount() > 1) {
      at.at("tracing").warn("several elements", "one: istiods take the first");
    }
    at.each("tracing", spec.getTracingList(), TelemetryRules::checkTracing);
    at.each("accessLogging", spec.getAccessLoggingList(), TelemetryRules::checkLogging);
  }

  private static void checkMetrics(Metrics metrics, Spot at) {
    checkProviders(metrics.getProvidersList(), at);
    at.each("overrides", metrics.getOverridesList(), TelemetryRules::checkOverrides);
  }

  private static void checkOverrides(MetricsOverrides overrides, Spot at) {
    if (overrides.getMatch().getMetricMatchCase() == MetricMatchCase.CUSTOM_METRIC
        && overrides.getMatch().getCustomMetric().isEmpty()) {
      at.at("match").at("customMetric").refuse("an empty text", "the name of a metric");
    }
    overrides
        .getTagOverridesMap()
        .forEach((name, tag) -> checkTag(name, tag, at.at("tagOverrides").at(name)));
  }

  private static void checkTag(String name, TagOverride tag, Spot at) {
    if (name.isEmpty()) {
      at.warn("a tag without a name", "the name of a tag");
    }
    boolean isRemoved = tag.getOperation() == TagOverride.Operation.REMOVE;
    if (isRemoved && !tag.getValue().isEmpty()) {
      at.at("value").refuse(tag.getValue(), "none for a tag that is removed");
    } else if (!isRemoved && tag.getValue().isEmpty()) {
      at.refuse("no value", "a value, or operation: REMOVE");
    }
  }

  private static void checkTracing(Tracing tracing, Spot at) {
    if (tracing.getProvidersCount() > 1) {
      at.at("providers").warn("several providers", "one: istiods take the first");
    }
    checkProviders(tracing.getProvidersList(), at);
    double percentage = tracing.getRandomSamplingPercentage().getValue();
    if (percentage < 0 || percentage > 100) {
      at.at("randomSamplingPercentage").refuse(Double.toString(percentage), "0 to 100");
    }
    tracing
        .getCustomTagsMap()
        .forEach((name, tag) -> checkCustomTag(name, tag, at.at("customTags").at(name)));
  }

  private static void checkCustomTag(String name, Tracing.CustomTag tag, Spot at) {
    if (name.isEmpty()) {
      at.refuse("a tag without a name", "the name of a tag");
    }
    switch (tag.getTypeCase()) {
      case LITERAL -> checkText(tag.getLiteral().getValue(), at.at("literal"), "a value");
      case HEADER ->
          checkText(tag.getHeader().getName(), at.at("header"), "the name of a header as name");
      case ENVIRONMENT ->
          checkText(
              tag.getEnvironment().getName(),
              at.at("environment"),
              "the name of a variable as name");
      case FORMATTER ->
          at.at("formatter").warn("formatter, which istiods up to 1.27 ignore", "another sort");
      case TYPE_NOT_SET -> {}
    }
  }

  private static void checkText(String text, Spot at, String expected) {
    if (text.isEmpty()) {
      at.refuse("an empty text", expected);
    }
  }

  private static void checkLogging(AccessLogging logging, Spot at) {
    checkProviders(logging.getProvidersList(), at);
    if (logging.hasFilter()) {
      CelSyntax.check(logging.getFilter().getExpression(), at.at("filter").at("expression"));
    }
  }

  private static void checkProviders(List<ProviderRef> providers, Spot at) {
    at.each(
        "providers",
        providers,
        (provider, here) ->
            checkText(provider.getName(), here.at("name"), "a provider of the mesh configuration"));
  }
}
