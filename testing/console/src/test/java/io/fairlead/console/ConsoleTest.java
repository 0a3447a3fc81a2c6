package io.fairlead.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.fairlead.harness.NeedsChromium;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The console in Chromium, with 10,000 services, a registry that fails and an istiod that refuses.
 */
@NeedsChromium
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConsoleTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int LAST = 100;

  private final SampleMesh mesh = new SampleMesh();
  private final Browsers browsers = Browsers.of(mesh.gateway.adminUrl());

  @AfterEach
  void nothingWasComplainedAbout() {
    List<String> complaints = browsers.complaints();
    browsers.forgive();
    assertThat(complaints).isEmpty();
  }

  @AfterAll
  void close() {
    browsers.close();
    mesh.close();
  }

  private Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    long commit = mesh.gateway.get("/api/v1/commits").path("items").path(0).path("number").asLong();
    pages.put("overview", "/");
    pages.put("services", "/services");
    pages.put("service", "/services/shop/shop/reviews");
    pages.put("service-hostile", "/services/shop/shop/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E");
    pages.put("resource", "/resources/" + resource("reviews"));
    pages.put("configs", "/configs");
    pages.put("documents", "/documents");
    pages.put("document", "/documents/VirtualService/shop/reviews");
    pages.put("document-longest", "/documents/VirtualService/shop/" + SampleMesh.MAX_NAME);
    pages.put("service-merged", "/services/shop/shop/taxes");
    pages.put("document-refused", "/documents/VirtualService/shop/" + SampleMesh.ROUTE);
    pages.put("registries", "/registries");
    pages.put("clients", "/clients");
    pages.put("guards", "/guards");
    pages.put("commits", "/commits");
    pages.put("commit", "/commits/" + commit);
    pages.put("replicas", "/replicas");
    pages.put("configuration", "/configuration");
    return pages;
  }

  private String resource(String service) {
    return mesh.gateway.get("/api/v1/services/shop/shop%2F" + service).path("resource").asText();
  }

  /** With removals held and a transaction open, so that every page has something to show. */
  @Test
  @Order(1)
  void everyPage_atItsAddress_fitsANarrowScreen_lightAndDark() {
    mesh.loseMost();
    awaitItems("guards", 1);

    pages()
        .forEach(
            (name, address) -> {
              Page page = Browsers.settled(browsers.open(address));
              // The problems come by an answer of their own.
              page.waitForFunction("() => /^\\(\\d+\\) Fairlead/.test(document.title)");
              assertThat(page.locator("main .notice[role=alert]").allTextContents())
                  .as(name)
                  .isEmpty();
              String light = background(page);
              Browsers.picture(page, name + "-wide");

              page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
              assertThat(background(page)).as(name).isNotEqualTo(light);
              Browsers.picture(page, name + "-dark");

              page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
              page.setViewportSize(Browsers.NARROW, 740);
              Browsers.picture(page, name + "-narrow");
              assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                  .as(name + " at 360 px")
                  .isLessThanOrEqualTo((Integer) page.evaluate("window.innerWidth"));
              page.context().close();
            });
  }

  private static Object backgroundColour(Page page) {
    return page.evaluate("getComputedStyle(document.body).backgroundColor");
  }

  private static String background(Page page) {
    return String.valueOf(backgroundColour(page));
  }

  private void awaitItems(String list, int count) {
    await()
        .atMost(LIMIT)
        .until(
            () -> mesh.gateway.get("/api/v1/" + list).path("items").size(), size -> size == count);
  }

  @Test
  @Order(2)
  void overview_saysWhatNeedsSomebody_alsoInTheTitle_neverGreen() {
    Page page = Browsers.settled(browsers.open("/"));

    page.locator(".problem").first().waitFor();
    assertThat(page.title()).matches("\\(\\d+\\) Fairlead");
    assertThat(page.locator(".problems").textContent()).contains("legacy").contains("shop");
    assertThat(page.locator(".verdict").getAttribute("class")).doesNotContain("good");
  }

  @Test
  @Order(3)
  void guard_isApproved_onceItWasSaidWhatThatDoes() {
    Page page = Browsers.settled(browsers.open("/guards"));
    Locator guard = page.locator("[data-guard]");
    guard.first().waitFor();

    guard.getByText("Remove them…").click();
    assertThat(page.locator("dialog").textContent()).contains("will leave the mesh at once");
    Browsers.picture(page, "approve-wide");
    page.keyboard().press("Escape");
    awaitItems("guards", 1);
    Browsers.confirm(page, guard.getByText("Remove them…"));

    awaitItems("guards", 0);
    guard
        .first()
        .waitFor(
            new Locator.WaitForOptions()
                .setState(com.microsoft.playwright.options.WaitForSelectorState.DETACHED));
  }

  @Test
  @Order(4)
  void changes_areHeldAndReleased_withATokenThatStaysInTheTab() {
    Page page = browsers.open("/guards");
    // As an address that is not loopback does.
    page.route(
        "**/api/v1/transactions*",
        route -> {
          if (route.request().method().equals("POST")
              && !"Bearer secret".equals(route.request().headerValue("authorization"))) {
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(401)
                    .setContentType("application/problem+json")
                    .setBody("{\"detail\":\"not the token\"}"));
          } else {
            route.resume();
          }
        });
    Browsers.settled(page);

    page.getByText("Hold changes…").first().click();
    page.locator("dialog select").selectOption("5m");
    page.locator("dialog .buttons button").last().click();
    page.locator("dialog input[type=password]").fill("secret");
    page.locator("dialog .buttons button").last().click();
    page.getByText("All changes are held").first().waitFor();
    awaitItems("transactions", 1);
    assertThat(page.evaluate("Object.values(sessionStorage).concat(Object.values(localStorage))"))
        .isEqualTo(List.of("secret"));
    Browsers.picture(page, "held-wide");
    // The refusal of the first try is told by the browser, too.
    browsers.forgive();

    Browsers.confirm(page, page.getByText("Release…"));
    awaitItems("transactions", 0);
  }

  @Test
  @Order(5)
  void search_isInTheAddress_soThatItCanBeSent() {
    Page page = Browsers.settled(browsers.open("/services"));

    page.keyboard().press("/");
    page.keyboard().type("SVC-0999");
    page.waitForURL("**/services?q=SVC-0999");
    page.waitForFunction("() => document.querySelectorAll('tbody tr').length === 10");
    page.getByLabel("Namespace").selectOption("team-10");
    page.waitForURL(url -> url.contains("namespace=team-10"));
    page.waitForFunction("() => document.querySelectorAll('tbody tr').length === 1");

    Page colleague = Browsers.settled(browsers.open(page.url().replaceFirst("https?://[^/]+", "")));
    assertThat(colleague.locator("tbody tr").allInnerTexts())
        .singleElement()
        .asString()
        .contains("svc-09990");
    assertThat(colleague.locator("input[type=search]").inputValue()).isEqualTo("SVC-0999");

    Page refused = Browsers.settled(browsers.open("/services?outcome=refused&registry=shop"));
    assertThat(refused.locator("tbody tr")).isNotNull();
    assertThat(refused.locator("tbody").innerText()).contains("without-a-port");
  }

  @Test
  @Order(6)
  void service_isFollowedFromRegistryToEachIstiod() {
    Page page = Browsers.settled(browsers.open("/services?q=vouchers"));
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("shop/vouchers")).click();
    page.waitForURL("**/services/shop/shop/vouchers");
    Browsers.settled(page);

    assertThat(page.locator(".yaml pre").textContent())
        .contains("kind: ServiceEntry")
        .contains("vouchers.shop.shop");
    assertThat(page.locator("[aria-label=Instances] tbody tr").allTextContents())
        .hasSize(4)
        .allSatisfy(row -> assertThat(row).contains("10.7.0.", "8080"))
        .first()
        .asString()
        .contains("10.7.0.4", "the registry reports the instance as unhealthy");
    Browsers.picture(page, "instances-wide");
    page.setViewportSize(Browsers.NARROW, 740);
    Browsers.picture(page, "instances-narrow");
    assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo((Integer) page.evaluate("window.innerWidth"));
    page.waitForFunction(
        "() => document.querySelectorAll('[aria-label=Istiods] tbody tr').length === 3");
    assertThat(page.locator("[aria-label=Istiods]").textContent())
        .contains("istiod-7d9c5b6f4-x2x9p")
        .contains("acknowledged")
        .contains("refused by it");

    mesh.shop.put(SampleMesh.service("shop", "vouchers", "http", 7));
    page.getByText("7 endpoints").first().waitFor();
    page.getByText("its commits").click();
    page.locator("tbody tr a").first().click();
    assertThat(page.locator(".diff .plus").first().textContent()).startsWith("+");
    Browsers.picture(Browsers.settled(page), "difference-wide");
  }

  @Test
  @Order(7)
  void resourceOfADocument_isFoundByTheKeyboard_andSaysWhyItIsNotInTheMesh() {
    Page page = Browsers.settled(browsers.open("/configs"));
    assertThat(page.locator("#mesh").textContent())
        .contains(SampleMesh.DOCUMENT + ":8:56", SampleMesh.HOSTILE + ".yaml");
    page.getByText("Why is this VirtualService (not) in my mesh?").click();
    page.waitForURL("**/documents");
    Browsers.settled(page);

    page.keyboard().press("/");
    page.keyboard().type("a-route");
    page.waitForURL("**/documents?q=a-route");
    page.waitForFunction("() => document.querySelectorAll('tbody tr').length === 1");
    page.locator("tbody a").first().focus();
    page.keyboard().press("Enter");
    page.waitForURL("**/documents/VirtualService/shop/" + SampleMesh.ROUTE);
    Browsers.settled(page);
    assertThat(page.locator(".notice").first().textContent())
        .contains("Not in the mesh: every version of it that was read is refused");
    assertThat(page.locator("[aria-label=Problems]").textContent())
        .contains("spec.http[0].route[0].weight", "ninety", SampleMesh.DOCUMENT);

    Page served = Browsers.settled(browsers.open("/documents/VirtualService/shop/reviews"));
    assertThat(served.locator(".notice").first().textContent())
        .contains(
            "It is served from configs/mesh reviews.yaml.",
            "configs/other reviews.yaml has it, too, and is not served");
    assertThat(served.locator(".step [aria-label=Warnings]").textContent())
        .contains("reviews.yaml:5:11", "a host of its own");
    assertThat(served.locator(".yaml pre").textContent()).contains("kind: VirtualService");
  }

  @Test
  @Order(7)
  void hostileNames_areShownAsText() {
    Page page = Browsers.settled(browsers.open("/services?registry=shop"));

    page.getByText(SampleMesh.HOSTILE).first().click();
    page.waitForURL("**/services/shop/**");
    Browsers.settled(page);
    assertThat(page.locator("h1").textContent()).contains(SampleMesh.HOSTILE);
    page.navigate("/clients");
    page.getByText("host <b>cart</b> is taken").first().waitFor();
    assertThat(page.locator("main img, main b").count()).isZero();
  }

  /**
   * What a browser has to do is counted: neither its work nor the gateway's grows with services.
   */
  @Test
  @Order(8)
  void tenThousandServices_thatChangeAllTheTime_freezeNothing() {
    List<String> asked = new ArrayList<>();
    Page page = browsers.open("/services?registry=bulk");
    page.onResponse((Response response) -> asked.add(response.url()));
    page.evaluate(
        "() => { window.frames = 0; const next = () => { window.frames++; requestAnimationFrame(next); };"
            + " next(); }");
    Browsers.settled(page);
    page.getByText("10,000").first().waitFor();

    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 200; i++) {
        mesh.bulk.put(
            SampleMesh.service("team-" + i % 20, "svc-%05d".formatted(i), "tcp", 2 + round));
      }
      String endpoints = String.valueOf(2 + round);
      page.waitForFunction(
          "count => document.querySelector('tbody td[data-label=Endpoints]')?.innerText === count",
          endpoints);
      Object before = page.evaluate("window.frames");
      page.locator("input[type=search]").fill("svc-0" + round);
      page.waitForURL("**q=svc-0" + round);
      page.waitForFunction("before => window.frames > before", before);
      page.locator("input[type=search]").fill("");
      page.waitForURL(url -> !url.contains("q="));
      page.waitForFunction("() => document.querySelectorAll('tbody tr').length === 50");
    }

    assertThat(page.locator("tbody tr").count()).isEqualTo(50);
    List<String> lists = asked.stream().filter(url -> url.contains("/services?")).toList();
    assertThat(lists).isNotEmpty().allMatch(url -> url.contains("limit=50"));
    page.getByText("Next →").click();
    page.waitForURL("**offset=50**");
    page.getByText("51–100 of 10,000").waitFor();
  }

  @Test
  @Order(LAST)
  void gatewayThatIsKilled_isSaid_andWhatIsShownIsMarkedAsOld_untilItIsBack() {
    Page page = Browsers.settled(browsers.open("/registries"));

    mesh.gateway.kill();
    page.getByText("The gateway does not answer").waitFor();
    assertThat(page.title()).startsWith("(!) ");
    assertThat(page.locator(".card h2").allTextContents()).contains("shop", "legacy");
    Browsers.picture(page, "lost-wide");
    browsers.forgive();

    mesh.gateway.start().awaitListening();
    page.waitForFunction("() => document.documentElement.dataset.connection === 'live'");
    assertThat(page.locator(".banner").count()).isZero();
    // What was tried in between, the browser complained about.
    browsers.forgive();
  }
}
