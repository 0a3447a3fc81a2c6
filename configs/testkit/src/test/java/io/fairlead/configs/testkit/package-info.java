@NullMarked
package io.fairlead.configs.testkit;

import org.jspecify.annotations.NullMarked;
