import com.alibaba.nacos.core.code.ControllerMethodsCache;
import com.alibaba.nacos.core.service.NamespaceOperationService;
import com.alibaba.nacos.plugin.auth.exception.AccessException;
import com.alibaba.nacos.sys.filter.NacosTypeExcludeFilter;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationExcludeFilter;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.web.servlet.ServletComponentScan;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Starts a Nacos 2.3.2 server, without its console, from the jars on the class path. */
@SpringBootApplication
@ComponentScan(
    basePackages = "com.alibaba.nacos",
    excludeFilters = {
      @ComponentScan.Filter(type = FilterType.CUSTOM, classes = {NacosTypeExcludeFilter.class}),
      @ComponentScan.Filter(type = FilterType.CUSTOM, classes = {TypeExcludeFilter.class}),
      @ComponentScan.Filter(type = FilterType.CUSTOM, classes = {AutoConfigurationExcludeFilter.class})
    })
@ServletComponentScan("com.alibaba.nacos")
@EnableScheduling
@Import({Nacos2Launcher.Namespaces.class, Nacos2Launcher.Refusals.class})
public class Nacos2Launcher {
  /** The console does this in the full server: without it every naming and config call is answered 501. */
  public Nacos2Launcher(ControllerMethodsCache methods) {
    methods.initClassMethod("com.alibaba.nacos.core.controller");
    methods.initClassMethod("com.alibaba.nacos.naming.controllers");
    methods.initClassMethod("com.alibaba.nacos.config.server.controller");
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Nacos2Launcher.class, arguments);
    System.out.println("Nacos is up");
  }

  /** The console's answer to a wrong password: without it the status would be 0, which is none. */
  @RestControllerAdvice
  @Order(Ordered.HIGHEST_PRECEDENCE)
  static class Refusals {
    @ExceptionHandler(AccessException.class)
    ResponseEntity<String> refuse(AccessException e) {
      return ResponseEntity.status(HttpStatus.FORBIDDEN).body(e.getErrMsg());
    }
  }

  /** The console's namespaces, which are no part of the published jars. */
  @RestController
  static class Namespaces {
    private final NamespaceOperationService service;

    Namespaces(NamespaceOperationService service) {
      this.service = service;
    }

    @GetMapping("/v1/console/namespaces")
    Map<String, Object> list() {
      return Map.of("code", 200, "data", service.getNamespaceList());
    }

    @PostMapping("/v1/console/namespaces")
    Boolean create(@RequestParam String customNamespaceId, @RequestParam String namespaceName)
        throws Exception {
      return service.createNamespace(customNamespaceId, namespaceName, "");
    }

    @DeleteMapping("/v1/console/namespaces")
    Boolean delete(@RequestParam String namespaceId) {
      return service.removeNamespace(namespaceId);
    }
  }
}
