import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Starts a Eureka server from the jars on the class path. It is no SpringBootApplication: in the
 * default package that scans every jar. With the property {@code login=true} it asks for the user
 * of {@code spring.security.user.name} by basic authentication, as servers on the Internet do.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableEurekaServer
public class EurekaLauncher {
  public static void main(String[] arguments) {
    SpringApplication.run(EurekaLauncher.class, arguments);
    System.out.println("Eureka is up");
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, @Value("${login:false}") boolean login)
      throws Exception {
    http.csrf(csrf -> csrf.disable());
    if (login) {
      http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
      http.httpBasic(Customizer.withDefaults());
    } else {
      http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll());
    }
    return http.build();
  }
}
