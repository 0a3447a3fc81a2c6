package io.fairlead.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.fairlead.harness.NeedsChromium;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Chromium that opens pages of one console and remembers what they complain about. Confined to
 * the thread of the test.
 */
final class Browsers implements AutoCloseable {
  static final int WIDE = 1280;
  static final int NARROW = 360;
  private static final int HEIGHT = 860;
  private static final double LIMIT_MILLIS = 60_000;
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-dev-shm-usage");

  private final String url;
  private final Playwright playwright;
  private final Browser browser;
  private final List<String> complaints = new ArrayList<>();

  private Browsers(String url, Playwright playwright, Browser browser) {
    this.url = url;
    this.playwright = playwright;
    this.browser = browser;
  }

  static Browsers of(String url) {
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    Browser browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(NeedsChromium.Condition.executable().orElseThrow())
                    .setArgs(FLAGS));
    return new Browsers(url, playwright, browser);
  }

  /** Opens an address of the console in a tab of a profile of its own. */
  Page open(String address, int width, ColorScheme scheme) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL(url)
                .setViewportSize(width, HEIGHT)
                .setColorScheme(scheme)
                .setLocale("en-GB")
                .setTimezoneId("UTC"));
    context.setDefaultTimeout(LIMIT_MILLIS);
    Page page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(address + ": " + message.text());
          }
        });
    page.onPageError(error -> complaints.add(address + ": " + error));
    page.onDialog(
        dialog -> {
          complaints.add(address + ": a dialog of a script: " + dialog.message());
          dialog.dismiss();
        });
    page.navigate(address);
    return page;
  }

  Page open(String address) {
    return open(address, WIDE, ColorScheme.LIGHT);
  }

  /** Waits until a page has all that it asked for. */
  static Page settled(Page page) {
    page.locator("main h1").first().waitFor();
    page.waitForFunction("() => document.documentElement.dataset.connection === 'live'");
    page.waitForFunction("() => !document.querySelector('.loading')");
    return page;
  }

  /** Takes a picture of the whole page, to be looked at. */
  static void picture(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  /** Opens the dialog behind a button, and confirms it. */
  static void confirm(Page page, Locator button) {
    button.click();
    page.locator("dialog[open] .buttons button").last().click();
    page.waitForFunction("() => !document.querySelector('dialog[open]')");
  }

  /** Returns what pages complained about: errors of scripts, violations of the policy, dialogs. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Forgets what pages complained about. */
  void forgive() {
    complaints.clear();
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
