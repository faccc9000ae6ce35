"""Who a person is: the IIN, the phone, and one-time codes that prove the phone. Sources: each module names its own."""
