package io.fairlead.configs.validation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.fairlead.istio.networking.v1alpha3.HTTPMatchRequest;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds routes of a VirtualService that no request comes to, since one before takes them all. */
final class UnreachableRoutes {
  private UnreachableRoutes() {}

  static void check(VirtualService spec, Spot at) {
    check(
        spec.getHttpList(),
        route -> route.getMatchList().stream().map(UnreachableRoutes::withoutName).toList(),
        at.at("http"));
    check(spec.getTlsList(), route -> List.copyOf(route.getMatchList()), at.at("tls"));
    check(spec.getTcpList(), route -> List.copyOf(route.getMatchList()), at.at("tcp"));
  }

  private static Message withoutName(HTTPMatchRequest match) {
    return match.getName().isEmpty() ? match : match.toBuilder().clearName().build();
  }

  private static <R> void check(List<R> routes, Function<R, List<Message>> matches, Spot at) {
    Map<ByteString, String> seen = new HashMap<>();
    String catchAll = "";
    for (int i = 0; i < routes.size(); i++) {
      List<Message> of = matches.apply(routes.get(i));
      Spot here = at.at(i);
      if (!catchAll.isEmpty()) {
        here.warn("a route that nothing reaches", catchAll + " matches everything: put it last");
        continue;
      }
      if (of.isEmpty()) {
        catchAll = here.path();
      }
      for (int j = 0; j < of.size(); j++) {
        Spot matchAt = here.at("match").at(j);
        @Nullable String before = seen.putIfAbsent(Validator.bytes(of.get(j)), matchAt.path());
        if (before != null) {
          matchAt.warn("a match that nothing reaches", "another one: " + before + " is the same");
        }
      }
    }
  }
}
