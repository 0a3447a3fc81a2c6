package io.fairlead.registry.nacos;

import com.alibaba.nacos.plugin.auth.api.LoginIdentityContext;
import com.alibaba.nacos.plugin.auth.api.RequestResource;
import com.alibaba.nacos.plugin.auth.spi.client.AbstractClientAuthService;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * An authentication service for the vendor's client that supplies the token of the gateway's own
 * login; the client finds it through its service loader. The client's own login is not used: it
 * reads the password once, trusts what the JVM trusts, and its connections are closed for every
 * client in the JVM when one of them ends.
 */
public final class SharedLoginAuth extends AbstractClientAuthService {
  /** The client property that names the login to use. */
  static final String PROPERTY = "fairlead.nacos.login";

  private static final Map<String, Supplier<Optional<String>>> LOGINS = new ConcurrentHashMap<>();
  private static final String ACCESS_TOKEN = "accessToken";

  // Set by the client's own thread before and between calls.
  private volatile Supplier<Optional<String>> login = Optional::empty;

  /** For the service loader. */
  public SharedLoginAuth() {}

  /** Makes a login known to clients and returns the value for {@link #PROPERTY}. */
  static String share(Supplier<Optional<String>> token) {
    String key = UUID.randomUUID().toString();
    LOGINS.put(key, token);
    return key;
  }

  /** Withdraws a login that {@link #share} made known. */
  static void withdraw(String key) {
    LOGINS.remove(key);
  }

  @Override
  public Boolean login(Properties properties) {
    String key = properties.getProperty(PROPERTY, "");
    login = LOGINS.getOrDefault(key, Optional::empty);
    return true;
  }

  @Override
  public LoginIdentityContext getLoginIdentityContext(RequestResource resource) {
    LoginIdentityContext context = new LoginIdentityContext();
    login.get().ifPresent(token -> context.setParameter(ACCESS_TOKEN, token));
    return context;
  }

  @Override
  public void shutdown() {
    login = Optional::empty;
  }
}
