package demo;

/** A service that is provided. */
public interface Greeter {
  String greet(String name);
}
