package io.fairlead.conversion;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.common.TextValues;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules written as maps and lists, as a configuration file has them. */
final class GivenRules {
  private GivenRules() {}

  /** Returns a converter for the registry {@code dc1} with rules. */
  static Converter converter(Object... rules) {
    return new Converter(Services.policy().rules(set(rules)).build());
  }

  static RuleSet set(Object... rules) {
    List<Rule> all = new ArrayList<>();
    for (Object rule : rules) {
      all.add(rule(rule));
    }
    return RuleSet.of("dc1", List.of(), all);
  }

  static Rule rule(Object given) {
    return (Rule) record(KeyedRecord.of(Rule.class), (Map<?, ?>) given);
  }

  private static Record record(KeyedRecord<?> type, Map<?, ?> given) {
    @Nullable Object[] values = new @Nullable Object[type.keys().size()];
    for (int i = 0; i < values.length; i++) {
      ConfigurationKey key = type.keys().get(i);
      Object value = key.name().endsWith(".") ? below(key.name(), given) : given.get(key.name());
      values[i] = value == null ? key.defaultValue() : value(key, value);
    }
    return type.create(values);
  }

  private static @Nullable Object below(String prefix, Map<?, ?> given) {
    Map<String, Object> below = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> {
          if (key.toString().startsWith(prefix)) {
            below.put(key.toString().substring(prefix.length()), value);
          }
        });
    return below.isEmpty() ? null : below;
  }

  private static Object value(ConfigurationKey key, Object given) {
    return switch (key.shape()) {
      case LIST -> list(key, given);
      case MAP -> {
        Map<String, Object> map = new LinkedHashMap<>();
        ((Map<?, ?>) given)
            .forEach(
                (name, value) ->
                    map.put(
                        name.toString(),
                        key.name().endsWith(".") ? list(key, value) : single(key, value)));
        yield map;
      }
      case SINGLE -> single(key, given);
    };
  }

  private static List<Object> list(ConfigurationKey key, Object given) {
    List<?> elements = given instanceof List<?> list ? list : List.of(given);
    return elements.stream().map(one -> single(key, one)).toList();
  }

  private static Object single(ConfigurationKey key, Object given) {
    return given instanceof Map<?, ?> map
        ? record(KeyedRecord.in(key.valueType()).orElseThrow(), map)
        : TextValues.parse(key.valueType(), given.toString());
  }
}
