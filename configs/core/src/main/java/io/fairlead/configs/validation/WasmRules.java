package io.fairlead.configs.validation;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.fairlead.istio.extensions.v1alpha1.EnvValueSource;
import io.fairlead.istio.extensions.v1alpha1.EnvVar;
import io.fairlead.istio.extensions.v1alpha1.VmConfig;
import io.fairlead.istio.type.v1beta1.PortSelector;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of a WebAssembly module, which a WasmPlugin and a TrafficExtension share. */
final class WasmRules {
  private static final String URL_FORM =
      "a URL of file, http, https or oci, or the reference of an image";
  private static final int MAX_SECRET = 253;
  private static final int MAX_NAME = 256;
  private static final String ESCAPE = "%[0-9a-fA-F]{2}";
  private static final String PATH = "(?:[-A-Za-z0-9._~!$&'()*+,;=:@/]|" + ESCAPE + ")*";
  private static final String QUERY = "(?:\\?(?:[-A-Za-z0-9._~!$&'()*+,;=:@/?]|" + ESCAPE + ")*)?";
  private static final String HOST = "(?:[-A-Za-z0-9._]*|\\[([0-9a-fA-F:.]+)])(?::[0-9]{0,5})?";
  private static final Pattern URL =
      Pattern.compile("(?i:file|https?|oci)://" + HOST + "(?:/" + PATH + ")?" + QUERY);
  private static final Pattern REFERENCE =
      Pattern.compile("[-A-Za-z0-9._]*(?:/" + PATH + ")?" + QUERY);
  // Whose first part might be the name of a scheme to older istiods.
  private static final Pattern ADDRESS_WITH_PORT =
      Pattern.compile("[0-9][0-9.]*:[0-9]{1,5}(?:/" + PATH + ")?" + QUERY);
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private WasmRules() {}

  static void checkUrl(String url, Spot at) {
    if (url.isEmpty()) {
      at.refuse("no url", URL_FORM);
    } else if (ADDRESS_WITH_PORT.matches(url)) {
      at.refuseForOlder(url, "oci://" + url);
    } else if (!isUrl(url) && !REFERENCE.matches(url)) {
      at.refuse(url, URL_FORM);
    }
  }

  private static boolean isUrl(String url) {
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches()) {
      return false;
    }
    String ip = matcher.group(1);
    return ip == null || Hosts.isIp(ip);
  }

  static void checkSha256(String sha256, Spot at) {
    if (!sha256.isEmpty() && !SHA256.matches(sha256)) {
      at.refuse(sha256, "64 digits of 0 to 9 and a to f");
    }
  }

  static void checkPullSecret(String secret, Spot at) {
    checkLength(secret, MAX_SECRET, at);
  }

  static void checkPluginName(String name, Spot at) {
    checkLength(name, MAX_NAME, at);
  }

  private static void checkLength(String text, int max, Spot at) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length > max) {
      at.refuse(length + " characters", "at most " + max);
    }
  }

  static void checkVm(VmConfig vm, Spot at) {
    Set<String> names = new HashSet<>();
    at.each(
        "env",
        vm.getEnvList(),
        (variable, here) -> {
          checkVariable(variable, here);
          if (!names.add(variable.getName())) {
            here.at("name").refuse(variable.getName(), "each variable once");
          }
        });
  }

  private static void checkVariable(EnvVar variable, Spot at) {
    if (variable.getName().isEmpty()) {
      at.at("name").refuse("no name", "the name of a variable");
    }
    checkLength(variable.getName(), MAX_NAME, at.at("name"));
    if (variable.getValueFrom() != EnvValueSource.INLINE && !variable.getValue().isEmpty()) {
      at.at("value").refuse("a value beside valueFrom: HOST", "one of the two");
    }
  }

  static void checkPorts(List<PortSelector> ports, Spot at) {
    at.each("ports", ports, (port, here) -> Ports.check(port.getNumber(), here.at("number")));
  }
}
