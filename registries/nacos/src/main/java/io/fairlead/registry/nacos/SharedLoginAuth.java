package io.fairlead.registry.nacos;

import com.alibaba.nacos.plugin.auth.api.LoginIdentityContext;
import com.alibaba.nacos.plugin.auth.api.RequestResource;
import com.alibaba.nacos.plugin.auth.spi.client.AbstractClientAuthService;
import io.fairlead.nacos.NacosReadException;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An authentication service for the vendor's client that supplies the token or the signature of the
 * gateway's own login; the client finds it through its service loader. The client's own login is
 * not used: it reads the password once, trusts what the JVM trusts, and its connections are closed
 * for every client in the JVM when one of them ends.
 */
public final class SharedLoginAuth extends AbstractClientAuthService {
  /** The client property that names the login to use. */
  static final String PROPERTY = "fairlead.nacos.login";

  private static final Logger LOG = LoggerFactory.getLogger(SharedLoginAuth.class);
  private static final String SEPARATOR = "@@";
  private static final Map<String, Login> LOGINS = new ConcurrentHashMap<>();

  // Set by the client's own thread before and between calls.
  private volatile Login login = resource -> Map.of();

  /** The parameters that calls about a resource carry at present. */
  interface Login {
    Map<String, String> parameters(String resource) throws NacosReadException;
  }

  /** For the service loader. */
  public SharedLoginAuth() {}

  /** Makes a login known to clients and returns the value for {@link #PROPERTY}. */
  static String share(Login login) {
    String key = UUID.randomUUID().toString();
    LOGINS.put(key, login);
    return key;
  }

  /** Withdraws a login that {@link #share} made known. */
  static void withdraw(String key) {
    LOGINS.remove(key);
  }

  @Override
  public Boolean login(Properties properties) {
    String key = properties.getProperty(PROPERTY, "");
    login = LOGINS.getOrDefault(key, resource -> Map.of());
    return true;
  }

  @Override
  public LoginIdentityContext getLoginIdentityContext(RequestResource resource) {
    LoginIdentityContext context = new LoginIdentityContext();
    try {
      login.parameters(grouped(resource)).forEach(context::setParameter);
    } catch (NacosReadException e) {
      // The server's refusal, and the reads by HTTP, say the same to the operator.
      LOG.debug("a call of a Nacos client carries no login", e);
    }
    return context;
  }

  private static String grouped(RequestResource resource) {
    String name = resource.getResource() == null ? "" : resource.getResource();
    String group = resource.getGroup() == null ? "" : resource.getGroup();
    return name.isEmpty() || group.isEmpty() || name.contains(SEPARATOR)
        ? name
        : group + SEPARATOR + name;
  }

  @Override
  public void shutdown() {
    login = resource -> Map.of();
  }
}
