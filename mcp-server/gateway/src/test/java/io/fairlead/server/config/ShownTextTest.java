package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTextTest {
  @Test
  void textWithoutSecrets_isShownAsItIs() {
    String text =
        """
        # Two registries.
        registries:
        - {name: dc1, type: consul, token: {file: /run/secrets/consul}, tls: {key: client.key}}
        - name: nacos   # username: {env: NACOS_USER}
          password: {env: NACOS_PASSWORD}
        """;

    assertThat(ShownText.of(text)).isEqualTo(text);
  }

  @Test
  void secret_isHidden_howeverItIsWritten() {
    String shown =
        ShownText.of(
            """
            a: {token: hunter2, adminPassword: "hunter2", name: 😀}
            secretKey: |
              hunter2
              hunter2
            # the old token: hunter2
            addresses: [http://user:hunter2@consul:8500]
            list:
            - api-key: 'hunter2'
            end: x
            """);

    assertThat(shown)
        .doesNotContain("hunter2")
        .contains("token: (hidden)", "name: 😀", "http://(hidden)@consul:8500", "end: x");
  }

  @Test
  void textThatIsNoYaml_isNotShown() {
    assertThat(ShownText.of("a: [hunter2")).isEmpty();
  }

  @Test
  void aliases_endSomewhere() {
    assertThat(ShownText.of("a: &a {b: *a, token: x}\n")).contains("token: (hidden)");
  }
}
