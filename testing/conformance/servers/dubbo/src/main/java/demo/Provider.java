package demo;

import java.util.ArrayList;
import java.util.List;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/**
 * A Dubbo provider of {@link Greeter}, told by system properties: {@code registry} (a URL, whose
 * parameter {@code register-mode} is interface, instance or all), {@code port}, {@code protocols}
 * (dubbo and tri, with a comma; each has a port of its own, one after the other), {@code
 * application}, {@code group}, {@code version}, {@code weight}, and {@code metadata}: local, or
 * remote for the interfaces in the metadata centre.
 *
 * <p>The address that it registers is that of the environment variable DUBBO_IP_TO_REGISTRY.
 */
public final class Provider {
  private Provider() {}

  public static void main(String[] arguments) throws InterruptedException {
    int port = Integer.getInteger("port");
    ApplicationConfig application =
        new ApplicationConfig(System.getProperty("application", "greeter-app"));
    application.setQosEnable(false);
    application.setMetadataType(System.getProperty("metadata", "local"));
    application.setMetadataServicePort(Integer.getInteger("metadataPort", port + 9));
    List<ProtocolConfig> protocols = new ArrayList<>();
    for (String name : System.getProperty("protocols", "dubbo").split(",")) {
      protocols.add(new ProtocolConfig(name, port + protocols.size()));
    }
    ServiceConfig<Greeter> service = new ServiceConfig<>();
    service.setInterface(Greeter.class);
    service.setRef(name -> "hello " + name);
    service.setGroup(System.getProperty("group", "g1"));
    service.setVersion(System.getProperty("version", "1.0.0"));
    service.setWeight(Integer.getInteger("weight", 200));
    DubboBootstrap.getInstance()
        .application(application)
        .registry(new RegistryConfig(System.getProperty("registry")))
        .protocols(protocols)
        .service(service)
        .start();
    System.out.println("provider is up");
    Thread.currentThread().join();
  }
}
